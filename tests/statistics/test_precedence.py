import numpy as np
import pytest

from dynamicl.statistics import before, mean_interval, over_runs

FIRST = np.array([1e5, 1.2e5, 0.9e5, 1.1e5])


def test_few_runs_have_students_interval_of_the_log_ratio():
    second = FIRST * np.array([1.8, 2.2, 2.0, 1.9])
    order = before(FIRST, second)
    assert order[:3] == pytest.approx(mean_interval(np.log(second / FIRST)))
    assert (order.in_order, order.holds, order.undecided, order.n) == (4, True, "", 4)
    assert before(second, FIRST).holds is False


def test_from_six_runs_on_they_are_resampled():
    first, ratio = np.arange(1.0, 8.0), np.array([1.1, 1.5, 1.2, 1.9, 2.0, 1.4, 1.3])
    assert before(first, first * ratio)[1:3] == over_runs(np.log(ratio))[1:3]


def test_one_run_out_of_order_refuses():
    order = before(FIRST, FIRST * np.array([2.0, 2.0, 2.0, 0.999]))
    assert (order.in_order, order.holds) == (3, False)
    # A tie is not in order.
    assert before(FIRST, FIRST * np.array([9.0, 9.0, 9.0, 1.0])).in_order == 3


def test_all_in_order_is_not_enough_where_ratios_scatter():
    order = before(FIRST, FIRST * np.array([1.01, 1.02, 40.0, 1.01]))
    assert order.in_order == 4
    assert order.low < 0 and order.holds is False


def test_events_never_seen():
    second = np.full(4, 5e5)
    late = before(FIRST, second, second_observed=[True, False, False, True])
    assert late.holds and late.value == pytest.approx(np.log(second / FIRST).mean())
    never = before(FIRST, second, first_observed=[True, True, True, False])
    assert (never.in_order, never.holds) == (3, False)
    assert never.value == pytest.approx(np.log(second / FIRST)[:3].mean())
    nowhere = before(FIRST, second, first_observed=[False] * 4)
    assert nowhere.holds is False and np.isnan(nowhere.value)


def test_one_run_decides_nothing_but_its_own_disorder():
    assert before([1.0], [2.0]).undecided == "fewer than two runs"
    assert before([1.0], [2.0]).holds is None
    assert before([1.0], [2.0])[1:3] == (-np.inf, np.inf)
    assert before([2.0], [1.0]).holds is False


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: before([1.0, 2.0], [1.0]), "`second` has 1 entries and `first` has 2"),
        (lambda: before([0.0, 2.0], [1.0, 1.0]), "`first` holds 0; times above 0"),
        (lambda: before([1.0, 2.0], [1.0, -1.0]), "`second` holds -1; times above 0"),
        (
            lambda: before([1.0], [2.0], first_observed=[True, True]),
            "`first_observed` has 2 entries and `first` has 1",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
