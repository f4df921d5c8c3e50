import numpy as np
import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """No test reads or writes the user's own cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DYNAMICL_CACHE", str(folder))
    return folder


@pytest.fixture
def scribbles():
    """Drawings small enough for loops: 3 classes of 20 at 6 x 6, all different."""
    from dynamicl.data import Omniglot

    ink = np.random.default_rng(0).random((3, 20, 6, 6)) < 0.3
    return Omniglot(ink=ink, classes=("A/character01", "A/character02", "B/character01"))
