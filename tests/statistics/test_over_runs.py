import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import LEAST_FOR_BOOTSTRAP, mean_interval, over_runs


def test_one_run_has_its_evaluation_error():
    assert over_runs([0.5], 0.01) == pytest.approx((0.5, 0.5 - 1.96 * 0.01, 0.5 + 1.96 * 0.01, 1), abs=1e-6)


def test_up_to_five_runs_are_students():
    values = [0.5, 0.6, 0.55, 0.7, 0.4]
    assert over_runs(values, 0.1)[:3] == pytest.approx(mean_interval(values))
    shared = over_runs(values, 0.3, shared=1.0)
    half = stats.t.ppf(0.975, 4) * np.sqrt(np.var(values, ddof=1) / 5 + 0.09)
    assert shared.high - shared.value == pytest.approx(half)
    assert LEAST_FOR_BOOTSTRAP == 6


def test_equal_runs_keep_the_error_of_their_evaluation():
    """Five runs that happen to agree are known no better than their sequences allow, as six are."""
    five, six = (over_runs([0.5] * n, 0.01) for n in (5, 6))
    assert five.high - five.low > 0.01 and 0.5 < (five.high - five.low) / (six.high - six.low) < 2


def test_from_six_runs_on_the_width_is_that_of_both_levels():
    rng = np.random.default_rng(0)
    values = rng.normal(size=200)
    spread = np.std(values)
    for error, shared, variance in ((0.0, 0, 0), (1.0, 0, 1 / 200), (1.0, 1, 1.0)):
        result = over_runs(values, error, shared=shared, resamples=8000)
        expected = 2 * 1.96 * np.sqrt(spread**2 / 200 + variance)
        assert result.high - result.low == pytest.approx(expected, rel=0.06)
        assert result.value == pytest.approx(values.mean())


def test_ends_are_as_far_out_as_students_for_six_runs():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    bootstrap, students = over_runs(values, resamples=20000), mean_interval(values)
    assert bootstrap.high - bootstrap.low == pytest.approx(students.high - students.low, rel=0.12)
    assert over_runs(values, level=0.5).high < bootstrap.high


def test_errors_by_run_and_seed():
    values = np.arange(8.0)
    assert over_runs(values, np.zeros(8), seed=3) == over_runs(values, 0.0, seed=3)
    assert over_runs(values, seed=3) != over_runs(values, seed=4)
    assert over_runs([1.0] * 7) == (1.0, 1.0, 1.0, 7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: over_runs([]), "`values` has 0 entries"),
        (lambda: over_runs([1.0, 2.0], [0.1]), "`standard_error` has 1 entries and `values` has 2"),
        (lambda: over_runs([1.0, 2.0], -0.1), "`standard_error` holds -0.1; at least 0"),
        (lambda: over_runs([1.0, 2.0], shared=1.5), "`shared` is 1.5; a number from 0 to 1"),
        (lambda: over_runs([1.0, 2.0], level=1.0), "`level` is 1.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
