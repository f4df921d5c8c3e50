import numpy as np
import pytest

from dynamicl.statistics import SMOOTHING, running_median, smoothed_band


@pytest.mark.parametrize("window", [1, 3, 5])
@pytest.mark.parametrize("size", [1, 3, 12])
def test_running_median_is_the_plain_loop(window, size):
    values = np.random.default_rng(0).normal(size=(2, size))
    half = window // 2
    for row, smooth in zip(values, running_median(values, window), strict=True):
        plain = [np.median(row[max(i - half, 0) : i + half + 1]) for i in range(size)]
        assert smooth == pytest.approx(plain)


def test_two_spikes_in_five_do_not_show():
    assert running_median([1, 1, 1, 1, 9, 9, 1, 1, 1, 1]).max() == 1
    assert SMOOTHING == 5


def test_band_holds_for_the_whole_curve_with_its_level():
    rng = np.random.default_rng(3)
    outside = [0, 0]
    for seed in range(300):
        band = smoothed_band(range(60), 0.02 * rng.standard_normal(60), 0.02, resamples=200, seed=seed)
        outside[0] += (band.low > 0).any()
        outside[1] += (band.high < 0).any()
    # Each edge by itself with 5 %: a binomial of 300 has a standard deviation of 3.8.
    assert outside == pytest.approx([15, 15], abs=11)


def test_band_of_one_shared_error_is_that_of_one_point():
    band = smoothed_band(range(40), np.zeros(40), 0.1, shared=1.0, resamples=4000)
    assert band.deviation == pytest.approx(0.1, rel=0.05)
    assert band.high == pytest.approx(1.645 * 0.1, rel=0.06)
    assert band.low == pytest.approx(-band.high)


def test_exact_values_have_no_band_and_deviation_shrinks_as_a_median_does():
    assert (smoothed_band(range(9), np.arange(9.0), 0.0).low == running_median(np.arange(9.0))).all()
    independent = smoothed_band(range(40), np.zeros(40), 1.0, resamples=4000)
    # The median of five normal values has a standard deviation of 0.5356.
    assert independent.deviation[2:-2].mean() == pytest.approx(0.5356, rel=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: running_median([1.0], 4), "`window` is 4; an odd number"),
        (lambda: running_median([1.0], -1), "`window` is -1; an odd number"),
        (lambda: smoothed_band(range(6), [0.5] * 6, 0.1, level=1.0), "`level` is 1.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
