import numpy as np
import pytest

from dynamicl.statistics import kaplan_meier, median_survival, restricted_mean

# Freireich et al. (1963), 6-mercaptopurine arm: the textbook example, weeks of remission and whether it ended.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_textbook_curve():
    curve = kaplan_meier(WEEKS, ENDED)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    expected = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert curve.survival == pytest.approx(expected, abs=1e-4)
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    # Log-log interval at week 10, Kalbfleisch and Prentice: 0.503 to 0.889.
    assert (curve.low[2], curve.high[2]) == pytest.approx((0.503, 0.889), abs=1e-3)
    assert median_survival(curve) == (23.0, 13.0, np.inf)
    assert restricted_mean(curve, 35).value == pytest.approx(23.287, abs=1e-3)


def test_without_censoring_it_is_the_empirical_curve():
    times = np.array([3.0, 1.0, 4.0, 2.0])
    curve = kaplan_meier(times, [True] * 4)
    assert curve.survival == pytest.approx([0.75, 0.5, 0.25, 0.0])
    assert median_survival(curve).value == 2.0
    mean = restricted_mean(curve, 4)
    assert mean.value == pytest.approx(times.mean())
    # Greenwood's variance of the mean is then the biased sample variance over n.
    assert mean.high - mean.value == pytest.approx(min(1.959964 * times.std() / 2, 1.5), rel=1e-5)


def test_nothing_converged():
    curve = kaplan_meier([10.0, 10.0], [False, False])
    assert curve.times.size == 0
    assert median_survival(curve) == (np.inf, np.inf, np.inf)
    assert restricted_mean(curve, 10) == (10.0, 10.0, 10.0)


def test_median_covers_with_censoring():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(300):
        event, end = rng.exponential(1.0, 30), rng.uniform(0.5, 3.0, 30)
        _, low, high = median_survival(kaplan_meier(np.minimum(event, end), event <= end))
        inside += low <= np.log(2) <= high
    assert 0.92 < inside / 300 < 0.99


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kaplan_meier([1.0], [True, False]), "`observed` has 2 entries"),
        (lambda: kaplan_meier([-1.0], [True]), "`times` holds -1"),
        (lambda: restricted_mean(kaplan_meier([1.0], [True]), 2.0), "`horizon` is 2; above 0 and at most 1"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
