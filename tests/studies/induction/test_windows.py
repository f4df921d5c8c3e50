import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._pulses import CELLS, LENGTHS, PULSED, STARTS
from dynamicl.studies.induction._windows import JUDGED, MOMENTS, WINDOWS, difference, learning_step
from studies.judging import changed, judge_test

SEEDS = 5
NOISE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
SHAPE = (len(PULSED), len(LENGTHS), len(STARTS), SEEDS)
SHIFT = np.array([-3.5, -2.0, -1.0, -0.5])[None, None, :, None] + np.broadcast_to(NOISE, SHAPE)
DATA = xr.Dataset(
    {
        "shift": (("clamp", "length", "start", "seed"), SHIFT),
        "learnt": (("clamp", "length", "start", "seed"), np.ones(SHAPE)),
        "natural_learning_time": ("seed", np.full(SEEDS, 7e5)),
    },
    {"clamp": list(PULSED), "length": list(LENGTHS), "start": list(STARTS), "seed": range(SEEDS)},
)
ALIKE = changed(DATA, "shift", -1 + NOISE, start=STARTS[-1])
test_judge = judge_test(WINDOWS, DATA, {MOMENTS: ALIKE})


def test_one_clamp_is_enough_and_either_direction_counts():
    late, length = STARTS[-1], JUDGED
    for shift in (-0.5, -1.5):
        one = changed(ALIKE, "shift", shift + NOISE, clamp="copy", start=late, length=length)
        assert WINDOWS.judge(one)[0].value == pytest.approx(0.5, abs=0.04)


def test_early_pulses_are_compared_by_what_late_ones_could_save():
    # A pulse of 0.2 T at 0.6 T leaves 0.2 T, its own length.
    found = difference(changed(DATA, "shift", -0.9 + NOISE, start=0.6), "match")
    assert found.value == pytest.approx(0.1) and found.low > 0
    assert difference(changed(DATA, "shift", -1.0, start=0.6), "match") == pytest.approx((0, 0, 0), abs=1e-9)
    early = changed(changed(DATA, "shift", -1.0, start=0.6), "shift", -0.4 + NOISE, start=0.0)
    assert difference(early, "match").value == pytest.approx(-0.6)


def test_pulses_lie_in_the_plateau_and_fill_the_grid():
    assert len(CELLS) == len(set(CELLS)) == 11
    assert all(start + length < 0.81 for start, length in CELLS)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ([1, 1, 1, 1, 1, 0.2, 0], (49.0, True)),  # interpolated, after the window
        ([1, 1, 0, 0, 1, 0, 0], (47.2, True)),  # what the clamp gives does not count
        ([1, 1, 0, 0, 0.1, 0, 0], (40.0, True)),  # ready when the window ends
        ([1, 0.1, 1, 1, 1, 1, 0], (8.0, True)),  # before the window
        ([1, 1, 0, 0, 1, 1, 1], (60.0, False)),
        ([1, 1, 0, 0, 1, 1, np.nan], (50.0, False)),
    ],
)
def test_the_learning_time_of_a_pulse_is_without_the_clamp(loss, expected):
    step, observed = learning_step(np.arange(0, 70, 10), np.array(loss, float), (20, 40))
    assert observed == expected[1]
    assert step == pytest.approx(expected[0], abs=0.9)
