import numpy as np
import pytest
from scipy import stats

from dynamicl.statistics import martingale_test

STEPS = [0, 100, 1000, 5000]
FORKS = np.full((12, 4), 30)


def counts(rise, seed=0):
    rng = np.random.default_rng(seed)
    return rng.binomial(30, np.clip(0.5 + rise * (np.arange(4) - 1.5) + 0.1 * rng.normal(size=(12, 1)), 0, 1))


def test_coefficients_are_least_squares_slopes():
    converged = counts(0.05)
    slopes = [stats.linregress(range(4), row / 30).slope * 3 for row in converged]
    result = martingale_test(STEPS, FORKS, converged)
    assert result.value == pytest.approx(np.mean(slopes))
    assert result.p == pytest.approx(stats.ttest_1samp(slopes, 0).pvalue)
    assert result.low < result.value < result.high
    assert result.n == 12


def test_drift_is_seen_and_its_absence_too():
    assert martingale_test(STEPS, FORKS, counts(0.1)).holds is False
    assert martingale_test(STEPS, FORKS, 30 - counts(0.1)).holds is False
    assert martingale_test(STEPS, FORKS, counts(0.0)).holds is True


def test_unequal_forks_weigh_by_share():
    forks = np.array([[10, 20], [30, 10], [20, 20]] * 4)
    assert martingale_test([0, 1], forks, forks // 2).value == 0
    assert martingale_test([0, 1], forks, forks // 2).p == 1
    risen = np.stack([forks[:, 0] // 2, forks[:, 1]], axis=1)
    assert martingale_test([0, 1], forks, risen)[:4] == (0.5, 0.5, 0.5, 0.0)


def test_rare_fates_are_undecided():
    converged = np.zeros((12, 4), dtype=int)
    converged[0] = 30
    result = martingale_test(STEPS, FORKS, converged)
    assert result.holds is None
    assert result.undecided == "12 runs are too few for so rare a fate"
    # Five of the rarer fate are enough, whichever it is.
    converged[:5] = 30
    assert martingale_test(STEPS, FORKS, converged).holds is True
    assert martingale_test(STEPS, FORKS, 30 - converged).holds is True


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: martingale_test([0], FORKS[:, :1], FORKS[:, :1]), "`steps` has 1 entries; at least 2"),
        (lambda: martingale_test([0, 0], FORKS[:, :2], FORKS[:, :2]), "`steps` goes from 0 to 0"),
        (
            lambda: martingale_test(STEPS, FORKS[0], FORKS[0]),
            r"`forks` has shape \(4,\) and `converged` \(4,\)",
        ),
        (lambda: martingale_test(STEPS, FORKS[:, :3], FORKS[:, :3]), "for 4 steps"),
        (lambda: martingale_test(STEPS, FORKS, FORKS[:6]), r"`converged` \(6, 4\)"),
        (lambda: martingale_test(STEPS, FORKS[:1], FORKS[:1]), "with at least 2 runs"),
        (lambda: martingale_test(STEPS, FORKS, FORKS + 1), "`converged` holds 31 where `forks` holds 30"),
        (lambda: martingale_test(STEPS, FORKS, FORKS, level=1.0), "`level` is 1.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
