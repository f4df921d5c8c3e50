"""Penalties and decays act on their part alone, with strengths that vary between runs of one program."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import ExemplarSpec, FewShotSpec
from dynamicl.training import (
    Decay,
    ObjectiveSpec,
    OptimizerSpec,
    Penalty,
    Program,
    RunSpec,
    network_of,
    pack,
    plan,
)
from dynamicl.training._objective import penalty
from dynamicl.training._parts import PARTS, part_mask

TASK = FewShotSpec(4, 1, 0, 0, held_out_labels=0.0, source=ExemplarSpec("pixels"))
RUN = RunSpec(TASK, TransformerSpec(1, 2, 8, mlp_ratio=2.0), OptimizerSpec("sgd", 0.1), steps=1, batch_size=4)


def stepped(runs):
    """Weights before and after one update, by run and name; one program for all."""
    (cohort,) = plan(runs)
    program = Program(cohort, sequences=4)
    before = pack(program.real(program.initialise().weights))
    after = pack(program.real(program.advance(program.initialise(), 1).weights))
    return before, after


def names_of(part):
    shapes = network_of(RUN).shapes
    return {name for name, inside in pack(part_mask(shapes, part)).items() if inside}


def test_parts_cover_the_network_without_overlap():
    disjoint = ["embedder", "attention", "mlp", "unembedding", "norms", "biases"]
    members = [names_of(part) for part in disjoint]
    assert sum(map(len, members)) == len(set().union(*members)) == len(names_of("everything"))
    assert names_of("weights") == set().union(*members[:4])
    assert "blocks.0.attention.w_q" in names_of("attention")
    assert "blocks.0.attention.norm.scale" in names_of("norms") and "unembed.bias" in names_of("biases")
    assert names_of("blocks.*") == {name for name in names_of("everything") if name.startswith("blocks.")}


@pytest.mark.parametrize("part", ["attention", "everything"])
def test_a_penalty_moves_its_part_by_strength_times_weight(part):
    strengths = (0.0, 0.5, 2.0)
    runs = [
        dataclasses.replace(RUN, objective=ObjectiveSpec((Penalty(part, strength),)))
        for strength in strengths
    ]
    before, after = stepped(runs)
    inside = names_of(part)
    for name, start in before.items():
        for row, strength in enumerate(strengths):
            pull = 0.1 * strength * start[row] if name in inside else 0.0
            np.testing.assert_allclose(after[name][row] - after[name][0], -pull, atol=1e-6, err_msg=name)


def test_the_penalty_is_half_the_strength_times_the_sum_of_squares():
    weights = {"mlp": {"rise": jnp.full((2, 3), 2.0)}, "norm": {"scale": jnp.ones(4)}}
    assert penalty(ObjectiveSpec((Penalty("everything", 0.5),)), weights) == pytest.approx(0.25 * (24 + 4))
    assert penalty(ObjectiveSpec((Penalty("mlp", 1.0), Penalty("norms", 2.0))), weights) == pytest.approx(16)


@pytest.mark.parametrize(("per", "factor"), [("rate", 0.1 * 0.5), ("step", 0.5)])
def test_a_decay_shrinks_its_part_after_the_update(per, factor):
    runs = [
        dataclasses.replace(
            RUN, optimizer=OptimizerSpec("sgd", 0.1, decays=(Decay("attention", strength, per),))
        )
        for strength in (0.0, 0.5)
    ]
    before, after = stepped(runs)
    for name in before:
        kept = 1 - factor if name in names_of("attention") else 1
        np.testing.assert_allclose(after[name][1], kept * after[name][0], rtol=1e-5, atol=1e-7, err_msg=name)


def test_gradients_are_clipped_by_their_norm():
    runs = [dataclasses.replace(RUN, optimizer=OptimizerSpec("sgd", 1.0, clip_norm=c)) for c in (1e-3, 1e3)]
    before, after = stepped(runs)
    lengths = [
        np.sqrt(sum(((after[n][row] - before[n][row]).astype(float) ** 2).sum() for n in before))
        for row in (0, 1)
    ]
    assert lengths[0] == pytest.approx(1e-3, rel=1e-2) and lengths[1] > 1e-2


def test_specs_go_out_and_come_back():
    spec = dataclasses.replace(
        RUN,
        objective=ObjectiveSpec((Penalty("mlp", 1e-4),)),
        optimizer=OptimizerSpec(decays=(Decay("weights", 1e-6, "step"),), clip_norm=1.0),
    )
    assert from_json(to_json(spec)) == spec


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Penalty("mlp", -1.0), "`penalty.strength` is -1.0: give 0 or more"),
        (Decay("mlp", float("inf")), "`decay.strength` is inf: give 0 or more, finite"),
        (ObjectiveSpec((Decay(),)), "`objective.penalties` holds Decay.*: give a tuple of `Penalty`s"),
        (OptimizerSpec(decays=(Penalty(),)), "`optimizer.decays` holds Penalty.*: give a tuple of `Decay`s"),
        (OptimizerSpec(clip_norm=-1.0), "`optimizer.clip_norm` is -1.0: give 0 or more"),
    ],
)
def test_what_means_nothing_is_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)


def test_a_part_that_the_network_has_not_is_refused():
    run = dataclasses.replace(
        RUN, model=TransformerSpec(1, 2, 8), objective=ObjectiveSpec((Penalty("mlp", 1.0),))
    )
    with pytest.raises(
        SpecError, match="`part` is 'mlp', and the network has nothing of it, or a graft freezes"
    ):
        Program(*plan([run]))
    assert "mlp" in PARTS and jax.tree.leaves(part_mask(network_of(RUN).shapes, "mlp"))
