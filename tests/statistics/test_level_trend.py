import itertools

import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import jonckheere_terpstra, no_trend, trend
from dynamicl.statistics._level_trend import _normal_tail

RISING = [[0.0, 0.125, 0.25], [0.375, 0.5, 0.625], [0.75, 0.875, 1.0]]


def statistic_of(levels):
    total = 0.0
    for first, second in itertools.combinations(levels, 2):
        for a, b in itertools.product(first, second):
            total += (a < b) + 0.5 * (a == b)
    return total


def test_exact_p_value_is_that_of_all_orders():
    values, sizes = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6, 5.0]), (2, 2, 3)
    cuts = np.cumsum(sizes)[:-1]
    observed = statistic_of(np.split(values, cuts))
    orders = [statistic_of(np.split(np.array(order), cuts)) for order in itertools.permutations(values)]
    statistic, p = jonckheere_terpstra(np.split(values, cuts))
    assert statistic == observed
    assert p == pytest.approx(np.mean(np.array(orders) >= observed))


def test_two_levels_are_mann_and_whitneys_test():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=6), rng.normal(1.0, size=9)
    scipys = stats.mannwhitneyu(second, first, alternative="greater", method="exact")
    assert jonckheere_terpstra([first, second]) == pytest.approx((scipys.statistic, scipys.pvalue))
    a, b = rng.integers(0, 4, 40).astype(float), rng.integers(1, 5, 40).astype(float)
    scipys = stats.mannwhitneyu(b, a, alternative="greater", method="asymptotic")
    assert jonckheere_terpstra([a, b]) == pytest.approx((scipys.statistic, scipys.pvalue))


def test_normal_tail_is_near_the_exact_one():
    rng = np.random.default_rng(1)
    for _ in range(20):
        levels = [rng.normal(size=5) for _ in range(4)]
        statistic, exact = jonckheere_terpstra(levels)
        assert _normal_tail(levels, statistic) == pytest.approx(exact, abs=0.01)


def test_ties_reduce_the_variance_as_permutations_do():
    rng = np.random.default_rng(2)
    values = rng.integers(0, 3, 24).astype(float)
    levels = np.split(values, 4)
    statistic, p = jonckheere_terpstra(levels)
    shuffled = [statistic_of(np.split(rng.permutation(values), 4)) for _ in range(600)]
    assert p == pytest.approx(np.mean(np.array(shuffled) >= statistic), abs=0.05)
    assert jonckheere_terpstra([[1.0, 1.0], [1.0, 1.0]]) == (2.0, 1.0)
    assert jonckheere_terpstra([[1.0], [1.0]]) == (0.5, 1.0)


def test_trend_needs_the_margin_too():
    up = trend(RISING, margin=0.75)
    # One of the 9! / (3!)^3 ways to deal nine values to three levels.
    assert up.holds and up.p == pytest.approx(1 / 1680)
    assert up.value == pytest.approx(0.75)
    assert up.low < 0.75 < up.high
    assert not trend(RISING, margin=0.76).holds
    assert trend([[-v for v in runs] for runs in RISING], direction="down", margin=0.75).holds
    assert not trend(RISING, direction="down").holds
    assert (up.n, up.statistic) == (9, 27)


def test_difference_of_extremes_has_welchs_interval():
    first, last = np.array([1.0, 2.0, 4.0]), np.array([5.0, 5.5, 9.0, 7.0])
    result = trend([first, [3.0], last])
    welch = stats.ttest_ind(last, first, equal_var=False).confidence_interval()
    assert (result.low, result.high) == pytest.approx((welch.low, welch.high))
    assert trend([[1.0], [2.0]])[:3] == (1.0, -np.inf, np.inf)
    assert trend([[1.0, 1.0], [2.0, 2.0]])[:3] == (1.0, 1.0, 1.0)


def test_no_trend_is_refused_where_there_is_one():
    rng = np.random.default_rng(0)
    level = [rng.normal(size=10) for _ in range(4)]
    rising = [runs + place for place, runs in enumerate(level)]
    assert no_trend(rising).holds is False
    assert no_trend([-runs for runs in rising]).holds is False
    assert no_trend(rising).p == no_trend([-runs for runs in rising]).p < 0.05


def test_no_trend_where_values_rise_and_fall():
    tent = [np.arange(10.0) + shift for shift in (0.1, 5.2, 5.3, 0.0)]
    flat = no_trend(tent)
    assert flat.holds and flat.undecided == ""
    assert -0.5 < flat.low < 0 < flat.high < 0.5
    assert flat.value == pytest.approx(
        stats.spearmanr(np.repeat(range(4), 10), np.concatenate(tent)).statistic
    )
    # Each of the two conditions refuses by itself.
    assert no_trend(tent, rho=0.33).holds
    for wide in (no_trend(tent, rho=0.32), no_trend([-runs for runs in tent], rho=0.32)):
        assert wide.holds is None and wide.undecided.startswith(
            "a correlation of 40 runs is known no better than"
        )
    assert flat.low < -0.32 < flat.high < 0.32
    assert no_trend(tent, p=flat.p).holds is False
    assert no_trend(tent, p=flat.p - 1e-6).holds


def test_no_trend_is_undecided_with_too_few_runs():
    few = no_trend([[1.0, 2.0], [2.5, 1.5]])
    assert (few.holds, few.undecided) == (None, "fewer than 3 runs at a level")
    twelve = no_trend([[1.0, 2.0, 3.0], [2.5, 1.5, 0.5], [0.7, 1.7, 2.7], [0.8, 1.8, 2.8]])
    assert twelve.holds is None
    assert twelve.undecided == "12 runs are too few to bound a correlation by 0.5"
    rng = np.random.default_rng(0)
    sixteen = no_trend(
        [np.roll([0.0, 1.0, 2.0, 3.0], level) + 0.1 * rng.normal(size=4) for level in range(4)]
    )
    assert sixteen.holds is None and sixteen.undecided.startswith("a correlation of 16 runs")
    assert no_trend([rng.normal(size=4) + level for level in range(0, 12, 3)]).holds is False
    assert no_trend([rng.normal(size=5) for _ in range(3)]).undecided != ""
    assert np.isnan(no_trend([[1.0], [2.0]]).value)


def test_values_that_are_all_equal_have_no_trend():
    assert no_trend([[1.0] * 4] * 4)[:5] == (0.0, 0.0, 0.0, 1.0, True)
    assert no_trend([[1.0] * 2] * 4).holds is None


def test_equal_values_of_too_few_runs_decide_nothing():
    for levels in ([[1.0] * 3] * 2, [[1.0] * 5] * 3):
        few = no_trend(levels)
        assert few.holds is None
        assert few.undecided == f"{few.n} runs are too few to bound a correlation by 0.5"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trend([[1.0, 2.0]]), r"`levels` has 1 level\(s\); at least 2"),
        (lambda: trend([[1.0], []]), r"`levels\[1\]` has 0 entries"),
        (lambda: trend(RISING, direction="sideways"), "`direction` is 'sideways'; allowed are 'up', 'down'"),
        (lambda: trend(RISING, level=1.0), "`level` is 1.0"),
        (lambda: no_trend(RISING, rho=1.5), "`rho` is 1.5"),
        (lambda: no_trend(RISING, level=0.0), "`level` is 0"),
        (lambda: jonckheere_terpstra([]), r"`levels` has 0 level\(s\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
