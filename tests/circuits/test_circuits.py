"""Circuits against plain loops, closed forms, and the one model that can be written by hand."""

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dynamicl.circuits import (
    ablate_each,
    clamped_scores,
    composition_scores,
    keep_each,
    loss_attribution,
    single_paths,
)
from dynamicl.clamps import Clamp, Mean, ablate_heads, forward, keep_heads, match, only_path, preserve
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.tasks import FewShotSpec, interface_of

HEADS = 4
MODEL = TransformerSpec(heads=HEADS, d_model=16)


@pytest.fixture(scope="module")
def task():
    return FewShotSpec(classes=6, held_out_exemplars=0, test_classes=0).prepare()["train"]


@pytest.fixture(scope="module")
def sequences(task):
    return task.batch(jax.random.key(3), 37)


@pytest.fixture(scope="module")
def networks(task):
    """Three networks with weights large enough that ablations show."""
    ones = [MODEL.build(interface_of(task), jax.random.key(i)) for i in range(3)]
    return [jax.tree.map(lambda leaf: 2 * leaf if eqx.is_array(leaf) else leaf, one) for one in ones]


@pytest.fixture(scope="module")
def stacked(networks):
    return jax.tree.map(
        lambda *leaves: jnp.stack(leaves) if eqx.is_array(leaves[0]) else leaves[0], *networks
    )


def answers(model, task, sequences, clamps):
    return np.asarray(forward(model, task, sequences, clamps, jnp.int32(0)))


def losses(logits, sequences):
    return np.asarray(optax.softmax_cross_entropy_with_integer_labels(jnp.asarray(logits), sequences.target))


def test_scores_equal_models_clamped_one_by_one(task, sequences, networks, stacked):
    # Three structures, heads that differ by model, and 37 sequences, which no number of devices divides.
    variants = [
        [(), *ablate_each(0, HEADS), keep_heads(1, [i], HEADS) + match(i), only_path(0, i, HEADS, ("v",))]
        for i in range(3)
    ]
    found = clamped_scores(stacked, task, sequences, variants)
    assert found.loss.shape == found.correct.shape == (3, HEADS + 3, 37)
    for i, model in enumerate(networks):
        logits = np.stack([answers(model, task, sequences, clamps) for clamps in variants[i]])
        expected = np.stack([losses(one, sequences) for one in logits])
        # Products over 37 and over 38 sequences round differently.
        np.testing.assert_allclose(found.loss[i], expected, rtol=1e-4, atol=2e-5)
        np.testing.assert_array_equal(
            found.correct[i], logits.argmax(axis=-1) == np.asarray(sequences.target)
        )
        options, target = np.asarray(sequences.options), np.asarray(sequences.target)
        within = np.where(options, logits, -np.inf).argmax(axis=-1)
        np.testing.assert_array_equal(found.correct_in_context[i], within == target)
    # Two of five labels are in the context: restricting the answer to them can only help.
    assert (found.accuracy_in_context >= found.accuracy).all() and found.accuracy_in_context.max() < 1
    np.testing.assert_allclose(found.accuracy, found.correct.mean(axis=-1))
    np.testing.assert_allclose(found.mean_loss, found.loss.mean(axis=-1), rtol=1e-5)


def test_sets_that_differ_in_heads_share_one_program(task, sequences, stacked):
    calls = []

    class Counting(type(task)):
        def inputs(self, tokens):
            calls.append(1)
            return super().inputs(tokens)

    counting = Counting(**{name: getattr(task, name) for name in task.__dataclass_fields__})
    clamped_scores(stacked, counting, sequences, [ablate_each(1, HEADS)] * 3)
    first = len(calls)
    clamped_scores(stacked, counting, sequences, [ablate_each(1, HEADS)] * 3)
    assert first < 6
    assert len(calls) == first + 1  # the sites are listed again, nothing else is traced


def test_one_by_one_and_all_but_one_are_each_others_complement():
    for head in range(HEADS):
        (without,), (only,) = ablate_each(1, HEADS)[head], keep_each(1, HEADS)[head]
        assert set(without.heads) | set(only.heads) == set(range(HEADS))
        assert not set(without.heads) & set(only.heads)
        assert without.site == only.site == "layers.1.attn.v"


def test_single_paths_against_a_loop(task, sequences, networks, stacked):
    found = single_paths(stacked, task, sequences, ("v",))
    assert found.shape == (3, HEADS, HEADS)
    for first, second in itertools.product((0, 3), (1, 2)):
        rest = [[h for h in range(HEADS) if h != kept] for kept in (first, second)]
        clamps = ablate_heads(0, rest[0]) + ablate_heads(1, rest[1]) + preserve(1, ("v",), [second])
        logits = answers(networks[1], task, sequences, clamps)
        assert found[1, first, second] == np.mean(logits.argmax(axis=-1) == np.asarray(sequences.target))


def test_single_paths_are_of_two_layers(task, sequences):
    deep = TransformerSpec(layers=3, heads=2, d_model=16).build(interface_of(task), jax.random.key(0))
    with pytest.raises(SpecError, match="the model is of 3 layers: give a transformer of two layers"):
        single_paths(deep, task, sequences, ("v",))
    with pytest.raises(SpecError, match="the model is of dict"):
        composition_scores({})


def test_composition_scores_against_the_formula(networks):
    found = composition_scores(networks[0])
    first, second = (block.attention for block in networks[0].blocks)
    width = 16 // HEADS
    for name, (i, j) in itertools.product("qkv", itertools.product(range(HEADS), repeat=2)):
        written = np.asarray(first.w_o)[i * width : (i + 1) * width]
        read = np.asarray(getattr(second, f"w_{name}"))[:, j * width : (j + 1) * width]
        norm = np.linalg.norm
        expected = norm(written @ read) / (norm(written) * norm(read))
        assert found[name][i, j] == pytest.approx(expected, rel=1e-5)
    assert all(table.min() > 0 and table.max() <= 1 for table in found.values())


def test_composition_is_of_one_model(stacked):
    with pytest.raises(SpecError, match="`model` is several models in one"):
        composition_scores(stacked)


def test_composition_of_a_head_that_reads_what_another_writes(networks):
    direction = np.zeros(16, np.float32)
    direction[3] = 1.0
    w_o = np.zeros((16, 16), np.float32)
    w_o[:4] = np.ones((4, 1)) * direction  # head 0 writes along the direction
    w_k = np.zeros((16, 16), np.float32)
    w_k[:, 4:8] = direction[:, None]  # head 1 reads along it
    where = lambda m: (m.blocks[0].attention.w_o, m.blocks[1].attention.w_k)  # noqa: E731 - as Equinox takes it
    model = eqx.tree_at(where, networks[0], (w_o + 1e-9, w_k + 1e-9))
    assert composition_scores(model)["k"][0, 1] == pytest.approx(1.0, abs=1e-5)


def test_attribution_adds_up_and_equals_the_mean_over_orders(task, sequences, networks, stacked):
    found = loss_attribution(stacked, task, sequences, 1)
    assert found.shape == (3, HEADS)

    def loss(silenced):
        clamps = ablate_heads(1, silenced) if silenced else ()
        return losses(answers(networks[2], task, sequences, clamps), sequences).mean(dtype=np.float64)

    sets = [some for size in range(HEADS + 1) for some in itertools.combinations(range(HEADS), size)]
    table = {frozenset(some): loss(list(some)) for some in sets}
    expected = np.zeros(HEADS)
    orders = list(itertools.permutations(range(HEADS)))
    for order in orders:
        silenced = set(range(HEADS))
        for head in order:
            expected[head] += (table[frozenset(silenced)] - table[frozenset(silenced - {head})]) / len(orders)
            silenced.discard(head)
    np.testing.assert_allclose(found[2], expected, atol=1e-5)
    assert found[2].sum() == pytest.approx(table[frozenset(range(HEADS))] - table[frozenset()], abs=1e-5)


def test_attribution_refuses_more_heads_than_can_be_tried(task, sequences):
    wide = TransformerSpec(heads=16, d_model=32).build(interface_of(task), jax.random.key(0))
    with pytest.raises(SpecError, match="layer 1 has 16 heads: all sets of heads are tried for 10 at most"):
        loss_attribution(wide, task, sequences, 1)


def test_scores_refuse_a_wrong_number_of_sets_and_clamps_that_miss(task, sequences, stacked):
    with pytest.raises(
        SpecError, match="`variants` has sets for 2 models, \\[1\\] each: give 3 models' sets"
    ):
        clamped_scores(stacked, task, sequences, [[()]] * 2)
    with pytest.raises(SpecError, match="`variants` has sets for 3 models, \\[1, 2\\] each"):
        clamped_scores(stacked, task, sequences, [[()], [(), ()], [()]])
    with pytest.raises(SpecError, match="head 7 does not exist"):
        clamped_scores(stacked, task, sequences, [[ablate_heads(0, [7])]] * 3)


def test_a_mean_is_taken_over_the_chunk(task, sequences, stacked):
    clamps = (Clamp("layers.1.attn.head_out", Mean()),)
    found = clamped_scores(stacked, task, sequences, [[clamps]] * 3)
    assert np.isfinite(found.loss).all()
