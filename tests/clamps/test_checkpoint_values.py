"""Values of another network: what they are, that nothing flows back, and what is refused."""

import dataclasses

import jax
import numpy as np
import optax
import pytest

from dynamicl.clamps import (
    Clamp,
    From,
    FromCheckpoint,
    check_clamps,
    clamped_logits,
    forward,
    from_checkpoint,
    lenders,
)
from dynamicl.models import with_all_rows
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.training import plan

from .worlds import RUN, World, putting, replacing, world

PATTERN, STREAM = "layers.1.attn.pattern", "layers.0.post"
PART = Clamp("layers.0.attn.v", FromCheckpoint("ab", 7), heads=(1,), strength=0.25)


@pytest.fixture(scope="module")
def w():
    return world()


@pytest.fixture(scope="module")
def other(w):
    """Another network on the same sequences."""
    return World(world(seed=4).model, w.task, w.sequences)


def logits(w, clamps, **others):
    return np.asarray(jax.jit(lambda m, o: forward(m, w.task, w.sequences, clamps, 0, o))(w.model, others))


def close(found, expected):
    # Single precision against double.
    np.testing.assert_allclose(found, expected, rtol=5e-5, atol=5e-6)


@pytest.mark.parametrize("site", [STREAM, PATTERN, "norm.out"])
def test_a_site_holds_what_the_other_network_has_there(w, other, site):
    found = logits(w, from_checkpoint(site, "ab", 7), checkpoint=other.model)
    close(found, w.loop(lambda i: replacing({site: other.seen(i)[site]})))
    assert not np.allclose(found, w.loop(), atol=1e-3)


def test_heads_and_strength_as_for_any_other_value(w, other):
    def tap_for(i):
        own, theirs = (one.seen(i)["layers.0.attn.v"][1] for one in (w, other))
        return putting("layers.0.attn.v", 1, 0.75 * own + 0.25 * theirs)

    close(logits(w, [PART], checkpoint=other.model), w.loop(tap_for))


def test_another_site_and_two_networks_at_once(w, other):
    third = World(world(seed=5).model, w.task, w.sequences)
    clamps = [
        Clamp("layers.1.pre", FromCheckpoint("ab", 7, "layers.0.pre")),
        Clamp("norm.out", FromCheckpoint("cd", 7, pass_name="third"), strength=0.5),
        Clamp(PATTERN, From("checkpoint")),
    ]

    def tap_for(i):
        seen, last = other.seen(i), third.seen(i)["norm.out"]

        def tap(name, x):
            if name == "norm.out":
                return 0.5 * x + 0.5 * last
            return {"layers.1.pre": seen["layers.0.pre"], PATTERN: seen[PATTERN]}.get(name, x)

        return tap

    # Row by row, the plain model's pattern is that of every query; the read-out's is what is compared.
    found = logits(w, clamps, checkpoint=other.model, third=third.model)
    close(found, w.loop(tap_for))


def test_the_own_network_as_the_other_changes_no_bit(w):
    for site in (STREAM, PATTERN, "*.attn.v"):
        assert np.array_equal(logits(w, from_checkpoint(site, "ab", 7), checkpoint=w.model), logits(w, ())), (
            site
        )


@pytest.mark.parametrize("gradient", ["stop", "through"])
def test_nothing_flows_back_through_it(w, other, gradient):
    clamps = (dataclasses.replace(from_checkpoint(STREAM, "ab", 7)[0], gradient=gradient),)

    @jax.jit
    @jax.grad
    def slopes(model):
        found = forward(model, w.task, w.sequences, clamps, 0, {"checkpoint": other.model})
        return optax.softmax_cross_entropy_with_integer_labels(found, w.sequences.target).mean()

    found = slopes(w.model)
    assert not any(np.any(leaf) for leaf in jax.tree.leaves((found.embed, found.blocks[0])))
    assert all(np.any(leaf) for leaf in jax.tree.leaves(found.blocks[1].attention.w_v))


def test_variants_of_a_trained_model(w, other):
    variants = [(), from_checkpoint(STREAM, "ab", 7), (PART,)]
    found = clamped_logits(w.model, w.task, w.sequences, variants, {"checkpoint": other.model})
    for i, clamps in enumerate(variants):
        # The same float32 formulas in another program.
        np.testing.assert_allclose(found[i], logits(w, clamps, checkpoint=other.model), rtol=2e-5, atol=2e-6)


def test_two_variants_cannot_take_one_pass_from_two_checkpoints(w, other):
    variants = [from_checkpoint(STREAM, "ab", 7), (), from_checkpoint("norm.out", "cd", 9)]
    with pytest.raises(
        SpecError, match="two checkpoints make pass `checkpoint`: give their values a `pass_name`"
    ):
        clamped_logits(w.model, w.task, w.sequences, variants, {"checkpoint": other.model})
    named = (Clamp("norm.out", FromCheckpoint("cd", 9, pass_name="third")),)
    others = {"checkpoint": other.model, "third": w.model}
    found = clamped_logits(w.model, w.task, w.sequences, [*variants[:2], named], others)
    assert np.allclose(found[1], found[2], atol=1e-5) and not np.allclose(found[0], found[1], atol=1e-3)


def test_all_rows_need_all_rows_of_both(w, other):
    clamps = from_checkpoint(PATTERN, "ab", 7)
    whole = dataclasses.replace(w, model=with_all_rows(w.model))
    close(
        logits(whole, clamps, checkpoint=with_all_rows(other.model)),
        logits(w, clamps, checkpoint=other.model),
    )


def test_it_goes_through_json_and_runs_with_other_checkpoints_share_a_cohort():
    clamps = (PART, dataclasses.replace(PART, value=FromCheckpoint("cd", 9, STREAM, "third"), heads=(0,)))
    assert from_json(to_json(clamps)) == clamps
    validate(clamps)
    assert lenders(clamps) == {"checkpoint": PART.value, "third": clamps[1].value}
    runs = [
        dataclasses.replace(RUN, clamps=from_checkpoint(STREAM, name, step))
        for name, step in (("ab", 1), ("cd", 2))
    ]
    assert len({run.hash for run in runs}) == 2 and len(plan(runs)) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (FromCheckpoint(), "`from-checkpoint.run` is empty: give the id of a run"),
        (FromCheckpoint("ab", -1), "`from-checkpoint.step` is -1: give a checkpoint's step, 0 or more"),
    ],
)
def test_a_value_that_names_no_checkpoint_is_refused(value, message):
    with pytest.raises(SpecError, match=message):
        validate(Clamp(STREAM, value))


@pytest.mark.parametrize(
    ("clamps", "message"),
    [
        (from_checkpoint("layers.0.pst", "ab", 7), "no site matches `layers.0.pst`"),
        ([Clamp(STREAM, FromCheckpoint("ab", 7, "layers.9.post"))], "no site matches `layers.9.post`"),
        (
            [PART, Clamp("logits", in_pass="checkpoint")],
            "the clamp at `logits` acts in pass `checkpoint`, which another run's checkpoint makes",
        ),
        (
            [PART, *from_checkpoint("norm.out", "ab", 8)],
            "two checkpoints make pass `checkpoint`: give their values a `pass_name` each",
        ),
    ],
)
def test_what_could_not_be_meant_is_refused(w, clamps, message):
    with pytest.raises(SpecError, match=message):
        check_clamps(clamps, w.sites, 10)


def test_one_checkpoint_may_give_several_values(w):
    assert check_clamps([PART, *from_checkpoint("norm.out", "ab", 7)], w.sites, 10) == {0: 1, 1: 1}


def test_what_shows_only_in_the_pass_is_refused_there(w, other):
    with pytest.raises(
        SpecError, match="pass `checkpoint` is made by another network.*`others={'checkpoint': model}`"
    ):
        logits(w, [PART])
    odd = [Clamp(STREAM, FromCheckpoint("ab", 7, "layers.1.post"))]
    with pytest.raises(
        SpecError, match=r"`layers.1.post` of pass `checkpoint` has shape .*: clamp to a site of the"
    ):
        logits(w, odd, checkpoint=other.model)
