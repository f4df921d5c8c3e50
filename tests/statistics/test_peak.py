import numpy as np
import pytest

from dynamicl.statistics import peak_height, running_median

TIMES = np.linspace(0, 1e6, 101)


def heights(truth, error, count=60):
    rng = np.random.default_rng(5)
    draws = (truth + error * rng.standard_normal(truth.size) for _ in range(count))
    return [peak_height(TIMES, draw, error, resamples=150, seed=seed) for seed, draw in enumerate(draws)]


def test_exact_curve_has_its_smoothed_maximum():
    curve = 0.5 + 0.3 * np.exp(-(((TIMES - 3e5) / 2e5) ** 2))
    peak = peak_height(TIMES, curve, 0.0)
    assert peak.value == peak.largest == running_median(curve).max()
    assert peak.low == peak.high == peak.value
    # The median of five around a round top is that of its neighbours, so the top is three evaluations wide.
    assert (peak.time, peak.n) == (2.9e5, 101)
    assert abs(peak.highest - 3e5) <= 1e4


def test_noise_alone_has_no_height_where_the_plain_maximum_has():
    peaks = heights(np.full(101, 0.5), 0.016)
    assert np.mean([peak.value for peak in peaks]) == pytest.approx(0.5, abs=0.002)
    assert np.mean([peak.largest for peak in peaks]) > 0.515
    assert np.mean([peak.low <= 0.5 <= peak.high for peak in peaks]) > 0.9


def test_time_of_a_level_top_is_where_it_begins():
    truth = np.where(TIMES < 2e5, 0.5 + 0.4 * TIMES / 2e5, 0.9)
    times = [peak.time for peak in heights(truth, 0.01)]
    assert 1.7e5 < np.median(times) < 2.5e5
    assert np.max(times) < 6e5


def test_seed_and_noise_decide():
    curve = np.random.default_rng(0).normal(0.5, 0.02, 101)
    assert peak_height(TIMES, curve, 0.02, seed=1) == peak_height(TIMES, curve, 0.02, seed=1)
    assert peak_height(TIMES, curve, 0.02, seed=1) != peak_height(TIMES, curve, 0.02, seed=2)
    # What all evaluations share can choose no place, so nothing is taken off; and nothing is averaged away.
    shared = peak_height(TIMES, curve, 0.02, shared=1.0, resamples=4000)
    assert shared.value == pytest.approx(shared.largest, abs=0.001)
    assert shared.high - shared.value == pytest.approx(1.96 * 0.02, rel=0.07)


def test_bad_input():
    with pytest.raises(ValueError, match="`level` is 0"):
        peak_height(TIMES, TIMES, 0.1, level=0.0)
