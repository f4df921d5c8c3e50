import numpy as np
import pytest

from dynamicl.statistics import appears, never_above_chance

TIMES = np.arange(60.0)


def bump(height):
    return np.where((TIMES > 20) & (TIMES < 40), 0.5 + height, 0.5)


def test_exact_numbers():
    silent = never_above_chance(TIMES, bump(0.0), 0.0, chance=0.5)
    assert silent == (0.0, 0.0, 0.0, True, 60)
    shown = never_above_chance(TIMES, bump(0.25), 0.0, chance=0.5)
    assert shown == (0.25, 0.25, 0.25, False, 60)


def test_both_conditions_are_needed():
    # Below the margin but surely above chance; and within the band but not below the margin.
    sure = never_above_chance(TIMES, bump(0.03), 0.002, chance=0.5)
    assert not sure.holds
    assert sure.value < 0.05 and sure.low > 0
    vague = never_above_chance(TIMES, bump(0.1), 0.2, chance=0.5, margin=0.05)
    assert vague.low < 0
    assert never_above_chance(TIMES, bump(0.03), 0.2, chance=0.5, margin=0.2).holds
    assert not never_above_chance(TIMES, bump(0.3), 0.3, chance=0.5, margin=0.05).holds


def test_below_chance_nothing_shows():
    assert never_above_chance(TIMES, bump(0.0) - 0.2, 0.001, chance=0.5).holds


def test_what_appears_is_not_never_above_chance():
    rng = np.random.default_rng(0)
    for height in (0.0, 0.05, 0.07, 0.09, 0.12):
        curve = bump(height) + 0.012 * rng.standard_normal(60)
        shown = appears(TIMES, curve, 0.012, chance=0.5).holds
        absent = never_above_chance(TIMES, curve, 0.012, chance=0.5).holds
        assert not (shown and absent)


def test_bad_input():
    with pytest.raises(ValueError, match="`level` is 1"):
        never_above_chance(TIMES, bump(0.0), 0.0, chance=0.5, level=1.0)
