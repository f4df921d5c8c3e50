import numpy as np
import pytest

from dynamicl.statistics import counted, smoothed_band
from dynamicl.statistics._curve_input import draw_errors, read_curve


def test_counted_is_the_share_with_an_error_that_is_never_0():
    value, error = counted([0, 30, 60], [60, 60, 60])
    assert value == pytest.approx([0, 0.5, 1])
    assert error[1] == pytest.approx(np.sqrt(0.25 / 60))
    inner = 0.5 / 61
    assert error[[0, 2]] == pytest.approx(np.sqrt(inner * (1 - inner) / 60))


def test_points_that_are_nan_leave_with_their_times_and_errors():
    points = read_curve([0, 1, 2, 3, 4, 5], [10, 20, np.nan, 40, 50, 60], [1, 2, 3, 4, 5, 6])
    assert points.sequences.tolist() == [0, 1, 3, 4, 5]
    assert points.value.tolist() == [10, 20, 40, 50, 60]
    assert points.error.tolist() == [1, 2, 4, 5, 6]


@pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
def test_errors_have_their_size_and_correlation(shared):
    draws = draw_errors(np.array([1.0, 2.0, 0.0]), shared=shared, resamples=4000, seed=0)
    assert draws.std(axis=0) == pytest.approx([1, 2, 0], rel=0.05)
    assert np.corrcoef(draws[:, 0], draws[:, 1])[0, 1] == pytest.approx(shared, abs=0.05)


FLAT = [0.5] * 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: counted([3], [2]), "`successes` holds 3 where `trials` holds 2"),
        (lambda: smoothed_band(range(-1, 5), FLAT, 0.1), "`sequences` begins at -1; at least 0"),
        (lambda: smoothed_band(range(6), FLAT[1:], 0.1), "`curve` has 5 entries and `sequences` has 6"),
        (lambda: smoothed_band([0, 1, 2, 2, 3, 4], FLAT, 0.1), "`sequences` goes from 2 to 2"),
        (
            lambda: smoothed_band(range(6), FLAT, [0.1, 0.1]),
            r"`standard_error` has shape \(2,\) for 6 points",
        ),
        (lambda: smoothed_band(range(6), FLAT, -0.1), "`standard_error` must be finite and at least 0"),
        (lambda: smoothed_band(range(4), FLAT[:4], 0.1), "`curve` has 4 finite values; at least 5"),
        (lambda: smoothed_band(range(6), FLAT, 0.1, shared=2), "`shared` is 2; a number from 0 to 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
