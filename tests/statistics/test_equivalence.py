import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import SAME_MARGIN, SAME_P, same

A = np.array([0.90, 0.93, 0.88, 0.91])
B = np.array([0.91, 0.89, 0.92, 0.93, 0.90])


def scipys(first, second, margin, paired=False):
    test = stats.ttest_rel if paired else stats.ttest_ind
    options = {} if paired else {"equal_var": False}
    upper = test(first, second + margin, alternative="less", **options).pvalue
    lower = test(first, second - margin, alternative="greater", **options).pvalue
    return max(upper, lower)


@pytest.mark.parametrize("margin", [0.01, 0.05])
def test_unpaired_is_two_welch_tests(margin):
    result = same(A, B, margin=margin)
    assert result.p == pytest.approx(scipys(A, B, margin))
    interval = stats.ttest_ind(A, B, equal_var=False).confidence_interval(0.90)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high))
    assert result.holds == (result.p < 0.05) == (-margin < result.low and result.high < margin)
    assert result.n == 4
    assert (SAME_MARGIN, SAME_P) == (0.05, 0.05)


def test_paired_is_two_paired_tests():
    result = same(A, B[:4], paired=True)
    assert result.p == pytest.approx(scipys(A, B[:4], 0.05, paired=True))
    interval = stats.ttest_rel(A, B[:4]).confidence_interval(0.90)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high))


def test_order_does_not_matter_and_alpha_does():
    assert same(B, A).p == pytest.approx(same(A, B).p)
    assert same(A, B).value == pytest.approx(-same(B, A).value)
    p = same(A, B).p
    assert same(A, B, alpha=p * 1.01).holds and not same(A, B, alpha=p * 0.99).holds


def test_values_without_spread():
    assert same([1.0, 1.0], [0.96, 0.96]).holds
    assert not same([1.0, 1.0], [0.94, 0.94]).holds
    assert same([1.0, 1.0], [0.94, 0.94]).p == 1
    assert same([0.5, 0.7], [0.25, 0.45], paired=True, margin=0.25).holds is False
    assert same([1.0, 1.0], [0.98, 1.02]).n == 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: same([1.0], B), "`first` has 1 entries; at least 2"),
        (lambda: same(A, [1.0]), "`second` has 1 entries; at least 2"),
        (lambda: same(A, B, paired=True), "`second` has 5 entries and `first` has 4"),
        (lambda: same(A, B, margin=0), "`margin` is 0; a number above 0"),
        (lambda: same(A, B, alpha=0.5), "`alpha` is 0.5; a number above 0 and below 0.5"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
