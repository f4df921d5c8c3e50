"""Sleeping workers through the driver's own loop: the clock, the deaths and the ideal are what they say."""

import importlib.util
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("thousand_workers", ROOT / "tools" / "thousand_workers.py")
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)


def test_long_tasks_are_driven_at_nearly_the_ideal_and_nobody_waits():
    began = time.monotonic()
    row = tool.simulate(workers=5, tasks=50, seconds=600.0, home_seconds=0.0)
    # Ten minutes a task at 1 % a minute: one in ten dies, and the last ones leave workers idle.
    assert 1 <= row["deaths"] <= 15
    assert 0.6 * row["ideal"] < row["measured"] < 1.05 * row["ideal"]
    assert time.monotonic() - began < 60


def test_short_tasks_bend_where_one_driver_takes_them_home():
    row = tool.simulate(workers=50, tasks=200, seconds=4.0, home_seconds=0.5)
    assert row["ideal"] == pytest.approx(12.5, rel=0.05)
    assert row["measured"] < 2.1 and row["deaths"] <= 5
