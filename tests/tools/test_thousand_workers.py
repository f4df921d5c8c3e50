"""Sleeping workers through the driver's own loop: the clock, the deaths and the ideal are what they say."""

import time

import pytest

from tooling import load_tool

thousand = load_tool("thousand_workers")


def test_long_tasks_are_driven_at_nearly_the_ideal_and_nobody_waits():
    began = time.monotonic()
    row = thousand.simulate(workers=5, tasks=50, seconds=600.0, home_seconds=0.0)
    # Ten minutes a task at 1 % a minute: one in ten dies, and the last ones leave workers idle.
    assert 1 <= row["deaths"] <= 15
    assert 0.6 * row["ideal"] < row["measured"] < 1.05 * row["ideal"]
    assert time.monotonic() - began < 60


def test_short_tasks_bend_where_one_driver_takes_them_home():
    row = thousand.simulate(workers=50, tasks=200, seconds=4.0, home_seconds=0.5)
    assert row["ideal"] == pytest.approx(12.5, rel=0.05)
    assert row["measured"] < 2.1 and row["deaths"] <= 5
