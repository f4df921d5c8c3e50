import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import (
    bootstrap_interval,
    correlation_interval,
    correlation_p_value,
    jeffreys,
    mean_interval,
    median_difference,
)


def test_jeffreys_is_the_beta_interval_with_closed_ends():
    # 1 of 1: the lower end of Beta(3/2, 1/2); 0 of n starts at 0.
    assert jeffreys(1, 1) == (1.0, pytest.approx(stats.beta.ppf(0.025, 1.5, 0.5)), 1.0)
    assert jeffreys(0, 30)[:2] == (0.0, 0.0)
    assert jeffreys(0, 30).high == pytest.approx(0.0795, abs=2e-4)
    assert jeffreys(15, 30).low == pytest.approx(1 - jeffreys(15, 30).high)


def test_jeffreys_covers_on_average_over_probabilities():
    # Exact coverage by summing the binomial, averaged over P: nominal for this interval.
    ends = [jeffreys(k, 30) for k in range(31)]
    p = np.linspace(0.005, 0.995, 199)
    covered = np.array([(p >= end.low) & (p <= end.high) for end in ends])
    coverage = (stats.binom.pmf(np.arange(31)[:, None], 30, p) * covered).sum(axis=0)
    assert coverage.mean() == pytest.approx(0.95, abs=0.01)
    assert coverage[20:-20].min() > 0.9


def test_mean_interval_is_students():
    value = mean_interval([1.0, 2.0, 3.0])
    half = 4.302653 / np.sqrt(3)
    assert value == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-6)


def coverage(interval, draw, truth, runs=150):
    rng = np.random.default_rng(7)
    inside = [low <= truth <= high for _, low, high in (interval(draw(rng)) for _ in range(runs))]
    return np.mean(inside)


def test_bca_covers_the_mean_of_a_skewed_sample_better_than_percentile():
    def draw(rng):
        return rng.exponential(size=25)

    by = {
        method: coverage(lambda s, m=method: bootstrap_interval(s, method=m, resamples=600), draw, 1.0, 250)
        for method in ("bca", "percentile")
    }
    assert 0.88 < by["bca"] < 0.98
    assert by["bca"] >= by["percentile"]


def test_percentile_covers_the_median():
    covered = coverage(
        lambda s: bootstrap_interval(s, "median", method="percentile", resamples=500),
        lambda rng: rng.normal(size=21),
        0.0,
    )
    assert 0.89 < covered <= 1.0


def test_bootstrap_agrees_with_scipy_bca():
    sample = np.random.default_rng(3).gamma(2.0, size=40)
    ours = bootstrap_interval(sample, "mean", resamples=9999, seed=1)
    theirs = stats.bootstrap(
        (sample,), np.mean, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    assert ours[1:] == pytest.approx((theirs.low, theirs.high), rel=0.02)


def test_named_statistics_equal_their_functions_and_seeds_decide():
    sample = np.arange(12.0) ** 2
    assert bootstrap_interval(sample, "mean", seed=4) == bootstrap_interval(
        sample, lambda s: s.mean(), seed=4
    )
    assert bootstrap_interval(sample, seed=4) != bootstrap_interval(sample, seed=5)
    assert bootstrap_interval([2.0, 2.0, 2.0]) == (2.0, 2.0, 2.0)


def test_median_difference_covers():
    covered = coverage(
        lambda pair: median_difference(*pair, resamples=500),
        lambda rng: (rng.normal(1.0, size=20), rng.normal(size=30)),
        1.0,
    )
    assert 0.9 < covered <= 1.0


def test_a_difference_of_few_values_has_no_interval():
    difference = median_difference([1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0])
    assert difference.value == 1.0 and np.isnan(difference.low) and np.isnan(difference.high)


def test_fisher_interval_closed_form():
    x = np.array([1.0, 2, 3, 4, 5, 6, 7])
    y = np.array([2.0, 1, 4, 3, 7, 5, 6])
    r = np.corrcoef(x, y)[0, 1]
    half = 1.959964 / 2
    expected = (r, np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half))
    assert correlation_interval(x, y) == pytest.approx(expected, rel=1e-6)
    rho = correlation_interval(x, y**3, kind="spearman").value
    assert rho == pytest.approx(stats.spearmanr(x, y).statistic)
    assert correlation_interval(x, 2 * x + 1).value == pytest.approx(1.0)


def test_a_statistic_that_is_no_number_has_no_interval():
    with pytest.raises(ValueError, match="`statistic` is no number for 2000 of 2000 resamples"):
        bootstrap_interval([1.0, 2.0, 3.0], lambda rows: float("nan"))


@pytest.mark.parametrize(
    ("kind", "method", "truth"),
    [
        ("pearson", "fisher", 0.6),
        ("pearson", "bootstrap", 0.6),
        ("spearman", "fisher", 6 / np.pi * np.arcsin(0.3)),
    ],
)
def test_correlation_intervals_cover(kind, method, truth):
    def draw(rng):
        return rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=40).T

    covered = coverage(
        lambda pair: correlation_interval(*pair, kind=kind, method=method, resamples=400), draw, truth, 150
    )
    assert 0.89 < covered <= 1.0


def test_permutation_p_value_is_exact_in_size_and_sees_a_trend():
    x = np.arange(8.0)
    assert correlation_p_value(x, x**2, permutations=999, kind="spearman") < 0.01
    rng = np.random.default_rng(0)
    p = [correlation_p_value(x, rng.normal(size=8), permutations=99, seed=i) for i in range(200)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.07)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jeffreys(4, 3), "`successes` holds 4 where `trials` holds 3"),
        (lambda: jeffreys(0, 0), "`trials` holds 0; whole numbers of at least 1"),
        (lambda: jeffreys(1, 3, level=1.5), "`level` is 1.5"),
        (lambda: mean_interval([1.0]), "`values` has 1 entries; at least 2"),
        (lambda: mean_interval([1.0, np.nan]), "`values` holds nan at entry 1"),
        (lambda: mean_interval([[1.0, 2.0]]), "`values` has shape"),
        (lambda: bootstrap_interval([1.0, 2.0], method="basic"), "`method` is 'basic'; allowed are 'bca'"),
        (lambda: bootstrap_interval([1.0, 2.0], "mode"), "`statistic` is 'mode'"),
        (lambda: median_difference([1.0, 2.0], []), "`second` has 0 entries"),
        (lambda: correlation_interval([1, 2, 3, 4], [1, 2, 3]), "`y` has 3 entries"),
        (lambda: correlation_interval([1, 2, 3, 4, 5], [1, 2, 3, 4]), "`y` has 4 entries and `x` has 5"),
        (lambda: correlation_p_value([1, 2, 3, 4], [1, 1, 1, 1]), "`y` is 1 throughout"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_perfect_order_of_few_is_no_certainty():
    perfect = correlation_interval([1, 2, 3, 4], [1, 2, 3, 5], kind="spearman")
    nearly = correlation_interval([1, 2, 3, 4], [1, 2, 5, 4], kind="spearman")
    assert perfect.high == pytest.approx(1) and nearly.low < perfect.low < 0.5
