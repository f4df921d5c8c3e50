import numpy as np
import pytest

from dynamicl.statistics import onset
from dynamicl.statistics._onset import gaps_passed_in, passing_times

TIMES = np.linspace(0, 1000, 101)
RAMP = 0.2 + 0.6 * np.clip((TIMES - 300) / 400, 0, 1)


def test_ramp_closed_form():
    times = onset(TIMES, RAMP, 0.0, chance=0.2)
    assert [time.value for time in times[:3]] == pytest.approx([340, 500, 660])
    assert times.observed
    assert times.t50.low <= times.t50.value <= times.t50.high


def test_no_interval_is_narrower_than_the_gap_that_the_rise_was_seen_in():
    times = onset(range(11), [0.1] * 5 + [0.9] * 6, 0.001, chance=0.1)
    for time in times[:3]:
        assert (time.low, time.high) == (4.0, 5.0)
        assert 4 < time.value < 5
    exact = onset(TIMES, RAMP, 0.0, chance=0.2)
    assert [time.high - time.low for time in exact[:3]] == [10, 10, 10]


def test_fall_after_the_peak_and_a_blip_before_it_change_nothing():
    curve = np.minimum(RAMP, 0.8 - 0.6 * np.clip((TIMES - 750) / 200, 0, 1))
    curve[10] = 0.6
    times = onset(TIMES, curve, 0.0, chance=0.2)
    assert [times.t50.value, times.t90.value] == pytest.approx([500, 660])
    assert times.t10.value == pytest.approx(340, abs=1)


def test_interval_of_evaluation_noise():
    rng = np.random.default_rng(0)
    times = onset(TIMES, RAMP + 0.02 * rng.standard_normal(101), 0.02, chance=0.2)
    assert times.t50.low < 500 < times.t50.high
    assert 5 < times.t50.high - times.t50.low < 80
    wide = onset(TIMES, RAMP + 0.02 * rng.standard_normal(101), 0.06, chance=0.2)
    assert wide.t50.high - wide.t50.low > times.t50.high - times.t50.low


def test_no_rise_is_censored_at_the_end():
    times = onset(TIMES, np.full(101, 0.2), 0.01, chance=0.2)
    assert not times.observed
    assert times.t10 == times.t90 == (1000.0, 1000.0, np.inf)
    assert onset(TIMES, RAMP, 0.0, chance=0.2, least_rise=0.59).observed
    assert not onset(TIMES, RAMP, 0.0, chance=0.2, least_rise=0.61).observed


def test_bad_input():
    with pytest.raises(ValueError, match="`level` is 2"):
        onset(TIMES, RAMP, 0.0, chance=0.2, level=2.0)


def test_what_is_not_reached_is_never_after_the_end():
    found = passing_times(np.arange(3.0), np.array([0, 0.1, 0.2]), np.array([0.15, 0.9]), np.ones(3))
    assert found == pytest.approx([1.5, 2.0])


def test_gaps_are_those_of_the_first_passing():
    before, after = gaps_passed_in(
        np.array([1.0, 2, 4]), np.array([0.2, 0.2, 0.6]), np.array([0.1, 0.5, 0.9])
    )
    # Risen already at the first evaluation, between the last two, and never.
    assert (before.tolist(), after.tolist()) == ([1.0, 2.0, 4.0], [1.0, 4.0, 4.0])
