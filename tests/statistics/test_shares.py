import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import clopper_pearson, fisher_test


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 8), (8, 8), (1, 1)])
def test_clopper_pearson_is_scipys(k, n):
    interval = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    assert clopper_pearson(k, n) == pytest.approx((k / n, interval.low, interval.high))


def test_clopper_pearson_covers_at_every_probability():
    ends = [clopper_pearson(k, 20, level=0.9) for k in range(21)]
    p = np.linspace(0.01, 0.99, 99)
    covered = np.array([(p >= end.low) & (p <= end.high) for end in ends])
    assert (stats.binom.pmf(np.arange(21)[:, None], 20, p) * covered).sum(axis=0).min() >= 0.9


def test_fisher_is_the_hypergeometric_tail():
    result = fisher_test((9, 2), (10, 10), alternative="greater")
    assert result.p == pytest.approx(stats.hypergeom.sf(8, 20, 11, 10))
    assert fisher_test((2, 9), (10, 10), alternative="less").p == pytest.approx(result.p)
    assert fisher_test((9, 2), (10, 10)).p == pytest.approx(2 * result.p)
    assert (result.value, result.n) == (pytest.approx(0.7), 20)


def test_difference_has_newcombes_interval():
    # Newcombe (1998), table II, method 10: 56/70 - 48/80 and 9/10 - 3/10.
    wide = fisher_test((56, 48), (70, 80))
    assert (wide.low, wide.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    small = fisher_test((9, 3), (10, 10))
    assert (small.low, small.high) == pytest.approx((0.1705, 0.8090), abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clopper_pearson(4, 3), "`successes` holds 4 where `trials` holds 3"),
        (lambda: clopper_pearson(1, 3, level=0.0), "`level` is 0"),
        (lambda: fisher_test((1, 2), (1, 1)), "`successes` holds 2 where `trials` holds 1"),
        (lambda: fisher_test((1, 1), (2, 2), alternative="other"), "`alternative` is 'other'"),
        (lambda: fisher_test((1, 1), (2, 2), level=1.0), "`level` is 1.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
