"""What the processes of an engine need, so that they find the tests' own kinds and compute the tests' own layout."""

import os
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
DEVICES = "--xla_force_host_platform_device_count=2"
LONG = "DYNAMICL_CLUSTER"
"""Environment variable that asks for the tests that take minutes; `make cluster` sets it."""


def prepare(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *filter(None, sys.path)]))
    # The tests' own process has two devices by a setting of JAX, which workers do not inherit.
    monkeypatch.setenv("XLA_FLAGS", f"{os.environ.get('XLA_FLAGS', '')} {DEVICES}".strip())
