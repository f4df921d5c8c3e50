import numpy as np
import pytest

from dynamicl.statistics import END_SHARE, FADE_MARGIN, PEAKS_TO_END, fades

TIMES = np.arange(0.0, 101.0)


def rise_and_fall(peak, end, up=10, down=50):
    return np.interp(TIMES, [0, up, 30, down, 100], [0.5, peak, peak, end, end])


def test_exact_numbers():
    lost = fades(TIMES, rise_and_fall(0.9, 0.6), 0.0)
    assert lost[:3] == pytest.approx((0.3, 0.3, 0.3))
    assert lost.holds and lost.undecided == ""
    assert (lost.peak, lost.end, lost.time, lost.n) == (pytest.approx(0.9), pytest.approx(0.6), 10.0, 101)
    assert (FADE_MARGIN, END_SHARE, PEAKS_TO_END) == (0.10, 0.05, 2)


def test_end_is_the_mean_of_the_last_twentieth():
    curve = rise_and_fall(0.9, 0.6)
    curve[95:] = [0.5, 0.5, 0.5, 0.6, 0.6, 0.6]
    assert fades(TIMES, curve, 0.0).end == pytest.approx(0.55)


def test_lower_end_decides():
    assert fades(TIMES, rise_and_fall(0.75, 0.625), 0.0, margin=0.125).holds
    assert not fades(TIMES, rise_and_fall(0.75, 0.625), 0.0, margin=0.126).holds
    noisy = fades(TIMES, rise_and_fall(0.75, 0.625), 0.05)
    assert noisy.holds is False
    assert noisy.low < 0.1 < noisy.high


def test_shared_errors_cancel():
    own, shared = (fades(TIMES, rise_and_fall(0.9, 0.6), 0.02, shared=rho) for rho in (0.0, 1.0))
    assert shared.high - shared.low < 0.05 * (own.high - own.low)


def test_interval_is_that_of_the_difference():
    lost = fades(TIMES, rise_and_fall(0.9, 0.6), 0.02, resamples=4000)
    error = 0.02 * np.sqrt(0.5356**2 + 1 / 6)
    assert lost.high - lost.low == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_peak_in_the_second_half_is_too_short_to_tell():
    late = np.interp(TIMES, [0, 60, 70, 100], [0.5, 0.9, 0.5, 0.5])
    lost = fades(TIMES, late, 0.0)
    assert lost.holds is None
    assert lost.undecided == "too short to tell"
    assert lost.value == pytest.approx(0.4, abs=0.02)
    # A peak at exactly half of training is early enough.
    assert fades(TIMES, np.interp(TIMES, [0, 50, 55, 70, 100], [0.5, 0.9, 0.9, 0.5, 0.5]), 0.0).holds


def test_bad_input():
    with pytest.raises(ValueError, match="`level` is 1"):
        fades(TIMES, TIMES, 0.0, level=1.0)
