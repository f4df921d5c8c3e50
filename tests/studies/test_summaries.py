import numpy as np
import pytest

from dynamicl.statistics import Interval, jeffreys, mean_interval
from dynamicl.studies._summaries import (
    attempt,
    closest,
    largest,
    least_of,
    mean,
    median,
    most_of,
    ratio,
    share,
    words,
)


def test_shares_are_of_flags():
    assert share(np.array([[True, False], [True, True]])) == jeffreys(3, 4)
    assert np.isnan(share([])).all()


def test_means_have_an_interval_from_two_runs_on():
    assert mean([1.0, 2.0, 4.0]) == mean_interval([1.0, 2.0, 4.0])
    assert mean([3.0]).value == 3 and np.isnan(mean([3.0])[1:]).all()
    assert np.isnan(mean([])).all() and np.isnan(mean([1.0, np.nan])).all()


def test_the_least_and_the_most_of_intervals_are_unknown_where_one_is():
    low, high = Interval(1.0, 0.0, 2.0), Interval(3.0, 2.0, 4.0)
    assert (least_of([high, low]), most_of([low, high])) == (low, high)
    unknown = Interval(np.nan, np.nan, np.nan)
    for intervals in ([], [unknown], [low, unknown, high]):
        assert np.isnan(least_of(intervals).value) and np.isnan(most_of(intervals).value)


def test_ratio_is_the_geometric_mean():
    typical = ratio([2.0, 8.0, 4.0], [1.0, 1.0, 1.0])
    assert typical.value == pytest.approx(4.0)
    assert typical.low < 2.5 and typical.high > 6
    assert typical.low * typical.high == pytest.approx(16.0)  # symmetrical in logs
    assert np.isnan(ratio([1.0, 0.0], [1.0, 1.0])).all()


def test_what_is_nan_is_left_out_of_extremes():
    assert largest([1.0, np.nan, 3.0]) == 3 and np.isnan(largest([np.nan]))
    assert median([1.0, np.nan, 3.0, 5.0]) == 3 and np.isnan(median([]))


def test_attempt_tells_why_not():
    def fails():
        raise ValueError("all alike")

    assert attempt(fails) == (None, "all alike") and attempt(abs, -2) == (2, "")


def test_intervals_in_words():
    assert words(Interval(1.234, -1.0, 2.5), "+.1f") == "+1.2 [-1.0, +2.5]"
    assert words(None) == words(Interval(np.nan, np.nan, np.nan)) == "unknown"


def test_the_closest_place_is_the_first_of_equals():
    assert [closest([0, 10, 20], value) for value in (-3, 4.9, 5, 5.1, 15, 99)] == [0, 0, 0, 1, 1, 2]
