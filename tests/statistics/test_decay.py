import numpy as np
import pytest

from dynamicl.statistics import decay_slope

TIMES = np.linspace(0, 1000, 201)
AFTER = np.maximum(TIMES, 200.0)
# Up to .9 at 200, then down by .2 per e-fold; half way to .1, at .5, after 2 of them: never within 1000.
SLOW = np.where(TIMES < 200, 0.1 + 0.8 * TIMES / 200, 0.9 - 0.2 * np.log(AFTER / 200))
FAST = np.where(TIMES < 200, 0.1 + 0.8 * TIMES / 200, np.maximum(0.9 - 0.8 * np.log(AFTER / 200), 0.1))


def between(fall):
    return np.logical_and(fall.start <= TIMES, fall.end >= TIMES)


def test_slope_to_the_midpoint():
    fall = decay_slope(TIMES, FAST, 0.0, chance=0.1)
    assert fall.reached
    assert fall.value == pytest.approx(-0.8, abs=0.03)
    assert fall.end == pytest.approx(200 * np.exp(0.5), abs=6)
    assert fall.low < fall.value < fall.high
    # The running median cuts the corner, which is then reached a little earlier.
    assert 185 <= fall.start <= 200
    assert fall.n == between(fall).sum()


def test_unfinished_fall_has_a_one_sided_bound():
    noise = 0.005 * np.random.default_rng(0).standard_normal(201)
    fall = decay_slope(TIMES, SLOW + noise, 0.005, chance=0.1)
    assert not fall.reached
    assert fall.end == 1000
    assert fall.low == -np.inf
    assert fall.value == pytest.approx(-0.2, abs=0.02)
    assert fall.value < fall.high < -0.15


def test_interval_is_scipys_for_even_errors():
    from scipy import stats

    noise = 0.02 * np.random.default_rng(1).standard_normal(201)
    fall = decay_slope(TIMES, FAST + noise, 1e-6, chance=0.1)
    inside = between(fall)
    line = stats.linregress(np.log(TIMES[inside]), (FAST + noise)[inside])
    assert fall.value == pytest.approx(line.slope)
    half = stats.t.ppf(0.975, inside.sum() - 2) * line.stderr
    assert (fall.low, fall.high) == pytest.approx((line.slope - half, line.slope + half))


def test_known_errors_widen_a_perfect_line():
    exact = decay_slope(TIMES, SLOW, 0.0, chance=0.1)
    noisy = decay_slope(TIMES, SLOW, 0.03, chance=0.1)
    assert noisy.high - noisy.value > exact.high - exact.value


def test_curve_that_ends_at_its_peak_has_no_slope():
    fall = decay_slope(TIMES, TIMES, 0.0, chance=0.0)
    assert np.isnan([fall.value, fall.low, fall.high]).all()
    assert not fall.reached and fall.n < 3


def test_bad_input():
    with pytest.raises(ValueError, match="`level` is 1"):
        decay_slope(TIMES, SLOW, 0.0, chance=0.1, level=1.0)
