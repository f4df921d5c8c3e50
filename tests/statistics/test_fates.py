import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from dynamicl.statistics import (
    commitment_step,
    dispersion_test,
    fate_probabilities,
    fate_times,
    fit_commitment,
    isotonic_commitment,
    isotonic_fate,
    jeffreys,
    next_forks,
    trend_test,
)

STEPS = np.array([0, 100, 200, 400, 800, 1600, 3200, 6400])
FORKS = np.full(8, 30)


def test_probabilities_are_jeffreys_at_each_step():
    curve = fate_probabilities([0, 10], [30, 30], [3, 30])
    assert (curve.probability[0], curve.low[0], curve.high[0]) == jeffreys(3, 30)
    assert curve.high[1] == 1.0


def test_isotonic_fit_pools_violators_and_keeps_the_band_open_at_one():
    curve = isotonic_fate([0, 1, 2, 3], [10, 10, 30, 10], [1, 6, 12, 10])
    assert curve.probability == pytest.approx([0.1, 0.45, 0.45, 1.0])
    assert (curve.low <= curve.probability).all() and (curve.probability <= curve.high).all()
    assert curve.low[3] < 0.95
    assert (np.diff(curve.draws, axis=1) >= 0).all()


def test_isotonic_commitment_interpolates_and_is_infinite_where_never_reached():
    curve = isotonic_fate([0, 10, 20], [100, 100, 100], [0, 40, 60])
    half = isotonic_commitment(curve, 0.5)
    assert half.value == pytest.approx(15)
    assert 8 < half.low < half.value < half.high
    assert isotonic_commitment(curve, 0.95) == (np.inf, np.inf, np.inf)
    assert isotonic_commitment(isotonic_fate([5, 10], [9, 9], [9, 9]), 0.5).value == 5


def test_isotonic_band_covers():
    rng = np.random.default_rng(2)
    truth = expit(-6 + np.log1p(STEPS))
    inside = []
    for seed in range(80):
        curve = isotonic_fate(STEPS, FORKS, rng.binomial(FORKS, truth), draws=300, seed=seed)
        inside.append((curve.low <= truth) & (truth <= curve.high))
    assert np.mean(inside) > 0.9


def test_logistic_fit_solves_the_score_equations():
    counts = np.array([0, 5, 6, 9, 18, 21, 26, 28])
    fit = fit_commitment(STEPS, FORKS, counts)
    left = counts - FORKS * fit.probability(STEPS)
    assert np.sum(left) == pytest.approx(0, abs=1e-3)
    assert np.sum(left * np.log1p(STEPS)) == pytest.approx(0, abs=1e-2)
    half = commitment_step(fit)
    assert fit.probability([half.value]) == pytest.approx([0.5])
    assert fit.probability([commitment_step(fit, 0.95).value]) == pytest.approx([0.95])
    linear = fit_commitment(STEPS, FORKS, counts, axis="linear")
    assert linear.probability([-linear.intercept / linear.slope]) == pytest.approx([0.5])


def test_two_steps_are_fitted_exactly():
    fit = fit_commitment([0, 10], [10, 10], [2, 8], axis="linear")
    assert fit.probability([0, 10]) == pytest.approx([0.2, 0.8], abs=1e-5)
    assert fit.deviance == pytest.approx(0, abs=1e-6)
    assert commitment_step(fit).value == pytest.approx(5, abs=1e-4)


@pytest.mark.parametrize("probability", [0.5, 0.95])
def test_profile_intervals_cover(probability):
    rng = np.random.default_rng(3)
    truth = expit(-6 + np.log1p(STEPS))
    place = np.expm1(6 + np.log(probability / (1 - probability)))
    inside = []
    for _ in range(80):
        _, low, high = commitment_step(fit_commitment(STEPS, FORKS, rng.binomial(FORKS, truth)), probability)
        inside.append(low <= place <= high)
    assert 0.88 < np.mean(inside) <= 1.0


def test_separated_counts_bound_the_step_by_their_neighbours():
    fit = fit_commitment(STEPS, FORKS, [0, 0, 0, 0, 30, 30, 30, 30])
    step = commitment_step(fit)
    assert 400 <= step.low < step.value < step.high <= 800


def test_what_was_likelier_than_not_from_the_start_was_so_at_step_0():
    fit = fit_commitment([0, 50, 500], [60, 60, 60], [50, 54, 60])
    assert fit.probability([0])[0] > 0.5 and commitment_step(fit) == (0, 0, 0)
    low, value, high = (getattr(commitment_step(fit, 0.95), end) for end in ("low", "value", "high"))
    assert 0 <= low < value < high


def test_dispersion_keeps_its_size_and_sees_real_variance():
    rng = np.random.default_rng(4)
    forks = np.full(10, 30)
    p = [
        dispersion_test(forks, rng.binomial(forks, 0.8), test=test, simulations=199, seed=i).p_value
        for i in range(60)
        for test in ("tarone", "chi2", "beta_binomial")
    ]
    assert np.mean(np.array(p) <= 0.1) < 0.16
    real = rng.binomial(forks, rng.beta(8, 2, 10))
    truth = rng.beta(8, 2, 10)
    wide = dispersion_test(np.full(10, 300), rng.binomial(300, truth))
    assert dispersion_test(forks, real).p_value < 0.05
    assert wide.deviation == pytest.approx(truth.std(ddof=1), rel=0.25)


def test_dispersion_statistics_closed_form():
    # Equal counts are under-dispersed: chi-square 0, Tarone -N / sqrt(2 sum n (n - 1)).
    even = dispersion_test([10, 10], [5, 5])
    assert even.statistic == pytest.approx(-20 / np.sqrt(2 * 180))
    assert (even.p_value, even.deviation) == (1.0, 0.0)
    chi = dispersion_test([10, 10], [2, 8], test="chi2")
    assert chi.statistic == pytest.approx(2 * 9 / 2.5)
    # Two tables (2, 8), (8, 2) or further out among C(20, 10) deals.
    tail = 2 * sum(45 * 45 if k == 2 else 100 if k == 1 else 1 for k in (0, 1, 2)) / 184756
    assert chi.p_value == pytest.approx(tail, abs=0.006)


def test_a_trend_of_two_steps_is_fishers_exact_test():
    for low, high in ((2, 8), (5, 6), (9, 3)):
        found = trend_test([0, 100], [10, 12], [low, high], simulations=20_000)
        exact = stats.fisher_exact([[high, 12 - high], [low, 10 - low]], alternative="greater").pvalue
        assert found.p_value == pytest.approx(exact, abs=0.015)
        assert (found.statistic, found.expected) == (high, pytest.approx(12 * (low + high) / 22))


def test_a_trend_keeps_its_size_and_sees_what_ranks_of_ten_steps_do_not():
    rng = np.random.default_rng(6)
    forks = np.full(10, 30)
    flat = [
        trend_test(np.arange(10), forks, rng.binomial(forks, 0.85), simulations=199, seed=i).p_value
        for i in range(150)
    ]
    assert np.mean(np.array(flat) <= 0.1) == pytest.approx(0.1, abs=0.06)
    # All alike from the fourth step on: seven of ten shares are tied.
    rising = [24, 25, 27, 30, 30, 30, 30, 30, 30, 30]
    assert trend_test(np.arange(10), forks, rising).p_value < 0.001
    assert trend_test(np.arange(10), forks, rising[::-1]).p_value > 0.999


def test_plan_spends_the_budget_near_one_half_and_bisects():
    seen = {0: (10, 0), 1000: (10, 3), 2000: (10, 9), 4000: (10, 10)}
    plan = next_forks(seen, 40)
    assert sum(plan.values()) == 40
    assert plan[1500] == 6  # the gap that holds P = 0.5
    assert plan[3000] == 6  # and P = 0.95
    assert plan[1000] > plan.get(0, 0) + plan.get(4000, 0)
    assert next_forks(seen, 40) == plan
    assert 1500 not in next_forks(seen, 40, resolution=1000)
    # Where it is enough for one new step, the first of the levels has it.
    assert 1500 not in next_forks(seen, 12, levels=(0.95, 0.5)) and 3000 in next_forks(
        seen, 12, levels=(0.95, 0.5)
    )
    assert next_forks({5: (3, 0)}, 4) == {5: 4}


def test_plan_narrows_the_half_step_by_bisection():
    rng = np.random.default_rng(0)
    seen = {t: (6, int(rng.binomial(6, t > 700))) for t in (0, 1600)}
    for _ in range(8):
        for step, forks in next_forks(seen, 12, levels=(0.5,)).items():
            n, k = seen.get(step, (0, 0))
            seen[step] = (n + forks, k + forks * (step > 700))
    below = max(t for t in seen if t <= 700)
    above = min(t for t in seen if t > 700)
    assert above - below <= 1600 / 2**7


def test_fate_times_correlate_the_converged_forks_median():
    outcomes = {t: ([100 - t, 104 - t, 300], [True, True, t == 4]) for t in range(5)}
    outcomes[9] = ([300, 300], [False, False])
    result = fate_times(outcomes, kind="pearson")
    assert result.steps.tolist() == [0, 1, 2, 3, 4]
    assert result.median_step.tolist() == [102, 101, 100, 99, 100]
    assert result.probability[-1] == 1.0
    rows = {t: ([t, 5 * t], [True, t > 3]) for t in range(1, 9)}
    assert fate_times(rows).correlation.value > 0.8
    assert fate_times(rows).p_value < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fate_probabilities([0, 0], [3, 3], [1, 1]), "`steps` goes from 0 to 0"),
        (lambda: isotonic_fate([0, 1], [3, 3], [1, 4]), "`converged` holds 4 where `forks` holds 3"),
        (lambda: isotonic_commitment(fate_probabilities([0], [3], [1]), 0.5), "`curve` has no draws"),
        (lambda: isotonic_commitment(isotonic_fate([0], [3], [1]), 1.0), "`probability` is 1.0"),
        (lambda: fit_commitment([0], [3], [1]), "`steps` has 1 entry; at least 2"),
        (lambda: fit_commitment([-1, 1], [3, 3], [0, 1]), "`steps` begins at -1"),
        (lambda: fit_commitment([0, 1], [3, 3], [3, 3]), "`converged` is 6 of 6: all ended alike"),
        (lambda: fit_commitment([0, 1], [3, 3], [2, 1]), "`converged` does not rise"),
        (lambda: fit_commitment([0, 1], [3, 3], [0, 1], axis="sqrt"), "`axis` is 'sqrt'"),
        (lambda: commitment_step(fit_commitment([0, 1], [3, 3], [0, 1]), 2.0), "`probability` is 2.0"),
        (lambda: dispersion_test([5], [2]), r"`forks` is \[5\]; two steps"),
        (lambda: dispersion_test([5, 5], [0, 0]), "`converged` is 0 of 10"),
        (lambda: trend_test([5], [3], [1]), "`steps` has 1 entry; at least 2"),
        (
            lambda: trend_test([0, 5], [3, 3], [3, 3]),
            "`converged` is 6 of 6: all ended alike, nothing can rise",
        ),
        (lambda: next_forks({}, 5), "`observations` is empty"),
        (lambda: next_forks({0: (3, 1)}, 0), "`budget` is 0"),
        (lambda: next_forks({0: (3, 1)}, 5, levels=(1.5,)), "`levels` is 1.5"),
        (lambda: fate_times({0: ([1, 2], [True, True])}), "`outcomes` has 1 steps"),
        (lambda: fate_times({0: ([1, 2], [True])}), r"`outcomes\[0\]` has 2 times and 1 outcomes"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
