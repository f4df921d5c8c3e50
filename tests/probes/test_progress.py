import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.probes import PROGRESS_MEASURES, known_measures, progress_measures
from dynamicl.tasks import Sequence
from dynamicl.tasks._roles import pair_roles

PAIRS, LABELS, SEQUENCES = 8, 32, 400
LENGTH = 2 * PAIRS + 1
RNG = np.random.default_rng(0)
SHOWN = np.stack([RNG.permutation(LABELS)[:PAIRS] for _ in range(SEQUENCES)])
TARGET = SHOWN[np.arange(SEQUENCES), RNG.integers(PAIRS, size=SEQUENCES)]


def made_sequences(target=TARGET):
    options = np.zeros((len(target), LABELS), bool)
    np.put_along_axis(options, SHOWN[: len(target)], True, axis=1)
    roles = pair_roles(jnp.asarray(SHOWN[: len(target)] == target[:, None]))
    return Sequence(None, jnp.asarray(target, jnp.int32), jnp.asarray(options), roles)


def measured(first, second, logits, sequences=None):
    activations = {
        "layers.0.attn.pattern": jnp.asarray(first, jnp.float32),
        "layers.1.attn.pattern": jnp.asarray(second, jnp.float32),
        "logits": jnp.asarray(logits, jnp.float32),
    }
    values = progress_measures(None, activations, sequences or made_sequences())
    assert set(values) == set(PROGRESS_MEASURES)
    return {name: float(value) for name, value in values.items()}


UNIFORM = np.broadcast_to(
    np.tril(np.ones((LENGTH, LENGTH))) / np.arange(1, LENGTH + 1)[:, None], (SEQUENCES, 1, LENGTH, LENGTH)
)


def test_uniform_attention_and_predictions():
    values = measured(UNIFORM, UNIFORM, np.zeros((SEQUENCES, LABELS)))
    k = np.arange(1, PAIRS + 1)
    assert values["tla2"] == pytest.approx(PAIRS / LENGTH, rel=1e-5)
    assert values["tila2"] == pytest.approx(1 / LENGTH, rel=1e-5)
    assert values["ila1_labels"] == pytest.approx((1 / (2 * k)).mean(), rel=1e-5)
    assert values["ila1"] == pytest.approx((1 / np.arange(2, LENGTH + 1)).mean(), rel=1e-5)
    assert values["context_probability"] == pytest.approx(PAIRS / LABELS, rel=1e-5)
    assert values["label_entropy"] == pytest.approx(1, rel=1e-5)


def test_a_guess_is_in_the_context_by_accident():
    guess = np.eye(LABELS)[np.random.default_rng(1).integers(LABELS, size=SEQUENCES)]
    assert measured(UNIFORM, UNIFORM, guess)["cla"] == pytest.approx(PAIRS / LABELS, abs=0.07)


def test_a_perfect_induction_head():
    place = 2 * np.argmax(TARGET[:, None] == SHOWN, axis=1) + 1
    first, second = np.zeros((2, SEQUENCES, 1, LENGTH, LENGTH))
    first[:, 0, np.arange(LENGTH), np.maximum(np.arange(LENGTH) - 1, 0)] = 1
    second[np.arange(SEQUENCES), 0, -1, place] = 1
    values = measured(first, second, 50 * np.eye(LABELS)[TARGET])
    ones = ("ila1", "ila1_labels", "tila2", "cla", "context_probability", "tla2")
    assert [values[name] for name in ones] == pytest.approx([1] * 6)
    assert values["label_entropy"] == pytest.approx(0, abs=1e-5)


def test_against_loops_with_two_heads_and_a_label_that_is_not_there():
    """Sequences 0 and 1 show the answer, sequence 2 does not: the correct label has no place in it."""
    rng, target = np.random.default_rng(2), TARGET[:3].copy()
    target[2] = np.setdiff1d(np.arange(LABELS), SHOWN[2])[0]
    first, second = rng.random((2, 3, 2, LENGTH, LENGTH)) * np.tril(np.ones((LENGTH, LENGTH)))
    first, second = (table / table.sum(-1, keepdims=True) for table in (first, second))
    logits = rng.normal(size=(3, LABELS))
    values = measured(first, second, logits, made_sequences(target))
    row, correct, entropy, inside = second.mean(1)[:, -1], [], [], []
    for b in range(3):
        own = row[b, 1::2]
        correct += [own[SHOWN[b] == target[b]].sum()] if target[b] in SHOWN[b] else []
        part = own / own.sum()
        entropy.append(-(part * np.log(part)).sum() / np.log(PAIRS))
        inside.append(np.argmax(logits[b]) in SHOWN[b])
    previous = [first[b].mean(0)[i, i - 1] for b in range(3) for i in range(1, LENGTH, 2)]
    assert values["tila2"] == pytest.approx(np.mean(correct), rel=1e-5) and len(correct) == 2
    assert values["label_entropy"] == pytest.approx(np.mean(entropy), rel=1e-5)
    assert values["tla2"] == pytest.approx(row[:, 1::2].sum(1).mean(), rel=1e-5)
    assert values["ila1_labels"] == pytest.approx(np.mean(previous), rel=1e-5)
    assert values["cla"] == pytest.approx(np.mean(inside))


def test_it_can_be_recorded():
    assert "progress" in known_measures()
