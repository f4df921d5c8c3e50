import pytest


@pytest.fixture(autouse=True)
def devices_as_they_are(monkeypatch):
    """A worker in the test's own process leaves this process' devices and cache alone."""
    monkeypatch.setattr("dynamicl.lab.places._work.use_every_core", lambda cache: None)
