import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.tasks import Roles, Sequence
from dynamicl.training import SCORES, Probe, standard_scores
from dynamicl.training._probe import check_variables


def test_scores_equal_a_loop():
    rng = np.random.default_rng(0)
    logits, target = rng.normal(size=(50, 4)).astype(np.float32), rng.integers(0, 4, 50)
    options = rng.random((50, 4)) < 0.5
    options[np.arange(50), target] = True
    nobody = jnp.zeros((50, 1), bool)
    sequences = Sequence(
        None,
        jnp.asarray(target),
        jnp.asarray(options),
        Roles(jnp.zeros(50, jnp.int32), nobody, nobody, nobody),
    )
    losses, right, among, probability = [], [], [], []
    for row, answer, allowed in zip(logits.astype(float), target, options, strict=True):
        p = np.exp(row) / np.exp(row).sum()
        losses.append(-np.log(p[answer]))
        probability.append(p[answer])
        right.append(float(row.argmax() == answer))
        among.append(float(max((value, i) for i, value in enumerate(row) if allowed[i])[1] == answer))
    scores = standard_scores(jnp.asarray(logits), sequences)
    assert tuple(scores) == SCORES
    expected = [losses, right, among, probability]
    np.testing.assert_allclose(
        [scores[name] for name in SCORES[:4]], [np.mean(x) for x in expected], rtol=1e-5
    )
    errors = [np.std(losses) / 50**0.5, np.std(right) / 50**0.5]
    np.testing.assert_allclose([scores[name] for name in SCORES[4:]], errors, rtol=1e-5)
    assert np.mean(among) > np.mean(right)


def test_one_sequence_has_no_standard_error():
    nobody = jnp.zeros((1, 1), bool)
    roles = Roles(jnp.zeros(1, jnp.int32), nobody, nobody, nobody)
    sequences = Sequence(None, jnp.array([2]), jnp.ones((1, 4), bool), roles)
    scores = standard_scores(jnp.zeros((1, 4)), sequences)
    assert np.isnan(scores["loss_error"]) and np.isnan(scores["accuracy_error"])
    assert abs(scores["loss"] - np.log(4)) < 1e-6


@pytest.mark.parametrize(
    ("dims", "message"),
    [
        ({"strenght": ("layer",)}, "`mine` computes `strength`, whose axes .* did you mean `strenght`"),
        (
            {"strength": ("layer",)},
            r"computes `strength` of shape \(2, 3\), .* names the axes \('layer',\): name 2",
        ),
    ],
)
def test_variables_that_are_not_described_are_refused(dims, message):
    probe = Probe("mine", (), lambda *given: {}, dims)
    with pytest.raises(SpecError, match=message):
        check_variables(probe, {"strength": jnp.zeros((2, 3))})


def test_logits_that_are_no_numbers_are_never_right():
    nobody = jnp.zeros((2, 1), bool)
    roles = Roles(jnp.zeros(2, jnp.int32), nobody, nobody, nobody)
    sequences = Sequence(None, jnp.array([0, 1]), jnp.ones((2, 3), bool), roles)
    scores = standard_scores(jnp.full((2, 3), jnp.nan), sequences)
    assert all(np.isnan(scores[name]) for name in SCORES)
