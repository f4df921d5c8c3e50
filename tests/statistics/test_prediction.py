import numpy as np
import pytest
from scipy import optimize, special, stats

from dynamicl.statistics import auc, auc_difference_p_value, predict_fate
from dynamicl.statistics._logistic import fit_logits


def test_auc_is_the_share_of_pairs_in_order():
    labels, scores = [1, 1, 0, 0, 0], [3.0, 2.0, 2.0, 1.0, 5.0]
    assert auc(labels, scores).value == pytest.approx((2 + 1.5) / 6)
    perfect = auc([1, 1, 0, 0], [4.0, 3.0, 2.0, 1.0])
    assert perfect.value == perfect.high == 1.0
    assert perfect.low < 0.9
    assert auc(labels, np.negative(scores)).value == pytest.approx(1 - 3.5 / 6)


def test_delong_covers():
    rng = np.random.default_rng(0)
    truth = stats.norm.cdf(1 / np.sqrt(2))
    inside = []
    for _ in range(200):
        labels = np.arange(60) < 25
        _, low, high = auc(labels, rng.normal(size=60) + labels)
        inside.append(low <= truth <= high)
    assert 0.92 <= np.mean(inside) <= 0.99


def test_classes_without_overlap_are_told_apart_and_covered():
    labels = np.arange(40) < 15
    perfect = auc(labels, labels + 0.0)
    assert perfect.value == perfect.high == 1 and 0.85 < perfect.low < 0.95
    # The score equation at that end: (1 - A)^2 = z^2 A (1 - A) (1 + 19 ((1 - A)/(2 - A) + A/(1 + A))) / (15 * 25).
    a = perfect.low
    shape = 1 + 19 * ((1 - a) / (2 - a) + a / (1 + a))
    assert (1 - a) ** 2 == pytest.approx(stats.norm.ppf(0.975) ** 2 * a * (1 - a) * shape / 375, rel=1e-6)
    worst = auc(labels, -1.0 * labels)
    assert (worst.value, worst.low) == (0, 0) and worst.high == pytest.approx(1 - a)
    # Fewer parents know less than as many runs.
    assert auc(labels, labels + 0.0, groups=np.arange(40) // 5).low < 0.75
    rng, truth, inside, whole = np.random.default_rng(6), stats.norm.cdf(3 / np.sqrt(2)), [], 0
    for _ in range(300):
        value, low, high = auc(labels, rng.normal(size=40) + 3 * labels)
        whole += value == 1
        inside.append(low <= truth <= high)
    assert whole > 30 and np.mean(inside) > 0.92


def test_groups_widen_the_interval_where_siblings_are_alike():
    rng = np.random.default_rng(1)
    inside, wider = [], []
    for _ in range(100):
        labels = np.repeat(np.arange(20) < 10, 10)
        scores = np.repeat(rng.normal(size=20), 10) + labels
        parents = np.repeat(np.arange(20), 10)
        _, low, high = auc(labels, scores, groups=parents)
        naive = auc(labels, scores)
        inside.append(low <= stats.norm.cdf(1 / np.sqrt(2)) <= high)
        wider.append(high - low > naive.high - naive.low)
    assert np.mean(inside) > 0.88
    assert np.mean(wider) > 0.95
    # Every run its own group is DeLong, up to the finite-sample factors.
    alone = auc(labels, scores + rng.normal(size=200), groups=np.arange(200))
    assert alone.low < alone.value < alone.high


def test_newton_reaches_the_penalised_optimum():
    rng = np.random.default_rng(2)
    design = np.concatenate([np.ones((50, 1)), rng.normal(size=(50, 3))], axis=1)
    labels = (rng.random(50) < special.expit(design @ [0.3, 2.0, -1.0, 0.0])).astype(float)
    penalty = np.array([0.0, 1.0, 1.0, 1.0])

    def loss(w):
        z = design @ w
        return (
            -np.sum(labels * special.log_expit(z) + (1 - labels) * special.log_expit(-z)) + penalty @ w**2 / 2
        )

    expected = optimize.minimize(loss, np.zeros(4), tol=1e-10).x
    assert fit_logits(design, labels, np.ones(50), penalty) == pytest.approx(expected, abs=1e-4)


def test_a_telling_feature_predicts_and_noise_does_not():
    rng = np.random.default_rng(3)
    labels = rng.random(120) < 0.4
    signal = labels + 0.7 * rng.normal(size=120)
    noise = rng.normal(size=(120, 4))
    good = predict_fate(np.column_stack([signal, noise]), labels, permutations=99)
    bad = predict_fate(noise, labels, permutations=99)
    assert good.auc.low > 0.6
    assert good.p_value == 0.01
    assert bad.auc.low < 0.5 < bad.auc.high
    assert bad.p_value > 0.05
    assert np.isnan(predict_fate(noise, labels).p_value)
    assert auc_difference_p_value(labels, good.scores, bad.scores, permutations=199) < 0.02
    assert auc_difference_p_value(labels, good.scores, good.scores, permutations=99) == 1.0


def test_groups_do_not_leak():
    # Each parent has its own feature value and its own fate, at random: only leakage could predict.
    rng = np.random.default_rng(4)
    parents = np.repeat(np.arange(30), 8)
    identity = np.eye(30)[parents]
    labels = (rng.random(30) < 0.5)[parents]
    leaking = predict_fate(identity, labels)
    honest = predict_fate(identity, labels, groups=parents, permutations=49)
    assert leaking.auc.value > 0.9
    assert honest.auc.value == pytest.approx(0.5, abs=0.15)
    assert honest.p_value > 0.05
    assert honest.groups == 30


def test_permutation_test_keeps_its_size_with_alike_siblings():
    rng = np.random.default_rng(5)
    p = []
    for seed in range(25):
        parents = np.repeat(np.arange(16), 4)
        labels = (np.arange(16) % 2 == 0)[parents]
        feature = rng.normal(size=(16, 1))[parents]
        p.append(predict_fate(feature, labels, groups=parents, permutations=19, seed=seed).p_value)
    assert np.mean(np.array(p) <= 0.1) < 0.3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: auc([1, 1], [1.0, 2.0]), "`labels` are all 1; both outcomes"),
        (lambda: auc([1, 2], [1.0, 2.0]), "`labels` holds 2; 0 and 1"),
        (lambda: auc([1, 0], [1.0, 2.0, 3.0]), "`scores` has 3 entries"),
        (lambda: auc([1, 0], [1.0, 2.0], groups=["a", "a"]), "`groups` names one group"),
        (lambda: auc_difference_p_value([1, 0], [1.0, 2.0], [1.0]), "`baseline` has 1 entries"),
        (lambda: predict_fate([1.0, 2.0], [0, 1]), "`features` has shape"),
        (lambda: predict_fate([[1.0], [np.nan]], [0, 1]), "`features` has shape"),
        (lambda: predict_fate([[1.0], [2.0]], [0, 1], l2=-1.0), "`l2` is -1.0"),
        (lambda: predict_fate([[1.0], [2.0]], [0, 1]), "`folds` is 5; from 2 to the number of groups, 2"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_outcomes_that_are_their_groups_leave_everything_open():
    assert auc([1, 1, 0, 0], [1, 3, 0, 2], groups=[0, 0, 1, 1]) == (0.75, 0.0, 1.0)


def test_groups_that_cannot_be_exchanged_have_no_p_value():
    labels = np.tile([0, 1], 11)[:21]
    groups = np.repeat(np.arange(6), np.arange(1, 7))
    with pytest.raises(ValueError, match="`groups` are all of different sizes"):
        predict_fate(labels[:, None] + 0.0, labels, groups=groups, folds=3, permutations=99)
