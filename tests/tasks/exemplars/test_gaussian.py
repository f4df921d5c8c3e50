"""Items of a Gaussian mixture against theory; label vectors and windows of places; balanced labels."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.specs import SpecError, validate
from dynamicl.tasks.exemplars import Gaussian
from dynamicl.tasks.exemplars._tokens import ExemplarTokens

from .worlds import DRAWS, MIXED, bound_tasks, plain, sampler

LEAST = 0.01
L, N = MIXED.labels, MIXED.pairs


@pytest.fixture(scope="module")
def tasks():
    return bound_tasks(MIXED)


@pytest.fixture(scope="module")
def drawn(tasks):
    return jax.device_get(sampler(tasks, DRAWS)(jax.random.key(5)))


def items(spec, classes, exemplars, novel=0, size=400, rows=40):
    """The items of one composition of classes, in as many sequences; their centres."""
    own = spec.bind(spec.prepare(rows, 0), jax.random.key(1), novel)
    classes, exemplars = (jnp.tile(jnp.asarray(part, jnp.int32), (size, 1)) for part in (classes, exemplars))
    labels, offset = jnp.zeros((size, len(classes[0]) - 1), jnp.int32), jnp.zeros(size, jnp.int32)
    tokens = ExemplarTokens(classes, exemplars, labels, offset, jax.random.split(jax.random.key(2), size))
    return np.asarray(jax.jit(jax.vmap(own.vectors))(tokens)), np.asarray(own.centres)


@pytest.mark.parametrize("eps", [0.1, 1.0])
def test_norms_and_overlaps_are_those_of_theory(eps):
    """Norm 1; two items of a class overlap by 1 / (1 + eps^2), of two classes by 0 with sd D^-1/2."""
    width = 512
    x, centres = items(Gaussian(width, eps), [3, 3, 7], [0, 1, 2])
    # The centres of one world are few, so what they are is put in: |mu|^2 is 1 within D^-1/2.
    own = float(np.sum(centres[3] ** 2))
    assert abs(np.mean(np.sum(centres**2, 1)) - 1) < 5 * np.sqrt(2 / (width * 40))
    expected_norm = (own + eps**2) / (1 + eps**2)
    np.testing.assert_allclose(np.mean(np.sum(x[:, 0] ** 2, 1)), expected_norm, rtol=0.02)
    np.testing.assert_allclose(np.mean(np.sum(x[:, 0] * x[:, 1], 1)), own / (1 + eps**2), rtol=0.02)
    across = np.mean(np.sum(x[:, 0] * x[:, 2], 1))
    np.testing.assert_allclose(across, centres[3] @ centres[7] / (1 + eps**2), atol=0.02)
    others = centres @ centres.T
    off = others[~np.eye(40, dtype=bool)]
    np.testing.assert_allclose(off.std(), width**-0.5, rtol=0.15)


def test_an_item_shown_twice_is_the_same_item_and_every_sequence_draws_anew():
    x, centres = items(Gaussian(32, 0.5), [3, 3, 3], [0, 2, 2])
    assert np.array_equal(x[:, 1], x[:, 2]) and not np.allclose(x[:, 0], x[:, 1])
    noise = x[:, 0] * np.sqrt(1.25) - centres[3]
    np.testing.assert_allclose(noise.std(), 0.5 / np.sqrt(32), rtol=0.03)
    assert abs(np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]) < 0.04


def test_without_noise_an_item_is_its_centre():
    x, centres = items(Gaussian(8, 0.0), [3, 5], [0, 1], size=3)
    np.testing.assert_allclose(x, np.tile(centres[[3, 5]], (3, 1, 1)), rtol=1e-6)


def test_novel_classes_are_made_for_one_sequence():
    x, _ = items(Gaussian(256, 0.3), [40, 41, 40], [0, 1, 2], novel=2)
    within = np.mean(np.sum(x[:, 0] * x[:, 2], 1))
    np.testing.assert_allclose(within, 1 / 1.09, rtol=0.02)
    assert abs(np.mean(np.sum(x[:, 0] * x[:, 1], 1))) < 0.02
    assert abs(np.mean(np.sum(x[:-1, 0] * x[1:, 0], 1))) < 0.02


def test_a_fixed_number_of_exemplars_is_drawn_from_the_world():
    spec = Gaussian(64, 0.5, exemplars=3)
    x, _ = items(spec, [3, 3, 40], [0, 2, 1], novel=1)
    assert (x[:, :2] == x[:1, :2]).all(), "the same exemplars in every sequence"
    assert not np.allclose(x[0, 0], x[0, 1]) and not np.allclose(x[0, 2], x[1, 2])
    np.testing.assert_allclose(np.mean(np.sum(x[:, 2] ** 2, 1)), 1, rtol=0.05)


def test_labels_in_context_are_balanced(drawn):
    for name in ("train", "novel", "swap"):
        labels = plain(drawn[name])[2][:, :-1]
        often = 2 if name == "train" else 1
        counts = [np.bincount(row, minlength=L) for row in labels]
        assert set(np.concatenate(counts).tolist()) == {0, often}, name
        assert chisquare(np.bincount(labels[:, 0], minlength=L)).pvalue > LEAST, name


def test_class_k_has_label_k_modulo_the_number_of_labels(drawn):
    classes, _, labels = plain(drawn["iid"])
    assert np.array_equal(labels, classes % L)
    classes, _, labels = plain(drawn["swap"])
    assert np.array_equal(labels, (classes + 1) % L)


def test_half_of_the_mixture_is_novel(drawn):
    classes, _, labels = plain(drawn["train"])
    novel = (classes >= MIXED.classes).any(1)
    assert abs(novel.mean() - 0.5) < 4 * 0.5 / np.sqrt(DRAWS)
    assert np.array_equal(novel, (classes >= MIXED.classes).all(1))
    assert np.array_equal(labels[~novel], classes[~novel] % L)


def test_a_label_is_in_context_by_accident_in_a_share_n_over_l(tasks):
    """With different labels in context, an independent query's is among them with probability N / L."""
    from dynamicl.tasks.exemplars import Independent, SequenceKind

    spec = dataclasses.replace(MIXED, evaluators=(SequenceKind("in-weights", Independent(different=True)),))
    own = bound_tasks(spec)["in-weights"]
    labels = plain(jax.device_get(jax.jit(lambda key: own.batch(key, DRAWS))(jax.random.key(0))))[2]
    assert all(len(set(row)) == N for row in labels[:300, :-1].tolist())
    present = (labels[:, :-1] == labels[:, -1:]).any(1).mean()
    share = N / L
    assert abs(present - share) < 4 * np.sqrt(share * (1 - share) / DRAWS)


def test_tokens_hold_a_place_and_content(tasks, drawn):
    task = tasks["train"]
    whole = drawn["train"].tokens
    numbers = (whole.classes, whole.exemplars, whole.labels, whole.offset)
    part = ExemplarTokens(
        *(jnp.asarray(number[:50]) for number in numbers), jax.random.split(jax.random.key(0), 50)
    )
    read = jax.jit(jax.vmap(task.inputs))(part)
    assert read.vectors.shape == (50, 2 * N + 1, 11 + 16)
    place = np.asarray(read.vectors[..., :11])
    assert (place.sum(-1) == 1).all()
    expected = np.asarray(part.offset)[:, None] + np.arange(2 * N + 1)
    assert np.array_equal(place.argmax(-1), expected)
    vectors = np.asarray(task.form.vectors)
    assert np.array_equal(read.content[:, 1::2], vectors[np.asarray(part.labels)])
    np.testing.assert_allclose(read.content[:, ::2], jax.jit(jax.vmap(task.items.vectors))(part), rtol=1e-5)
    assert abs(np.mean(np.sum(vectors**2, 1)) - 1) < 5 * np.sqrt(2 / (16 * L))
    offsets = np.asarray(drawn["train"].tokens.offset)
    # Eleven places, a window of nine: three offsets.
    assert chisquare(np.bincount(offsets, minlength=3)).pvalue > LEAST and offsets.max() == 2


def test_worlds_differ_by_their_key_and_items_say_what_they_are(tasks, drawn):
    other = bound_tasks(MIXED, world=1)["train"]
    assert not np.allclose(other.items.centres, tasks["train"].items.centres)
    assert np.array_equal(tasks["iid"].items.centres, tasks["train"].items.centres)
    told = tasks["novel"].describe(drawn["novel"], 0)
    assert len(told) == 2 * N + 1 and told[0]["text"].startswith("new class ")
    assert told[1]["text"] == str(drawn["novel"].tokens.labels[0, 0])


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Gaussian(1), "`source.dimensions` is 1: give at least 2"),
        (Gaussian(8, -0.1), "`source.eps` is -0.1: give 0 or more, finite"),
        (
            Gaussian(8, exemplars=-1),
            r"`source.exemplars` is -1: give 0 \(every presentation is new\) or more",
        ),
    ],
)
def test_mixtures_that_cannot_be_drawn_are_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)
