"""Each parameter of the minimal induction head can be held while the rest learns."""

import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.models import ClassifierSpec, InductionHeadSpec
from dynamicl.specs import SpecError
from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import Gaussian, LabelVectors, Portion, novel
from dynamicl.training import OptimizerSpec, Program, RunSpec, plan, run_mesh

TASK = ExemplarTaskSpec(
    Gaussian(dimensions=6),
    classes=8,
    labels=4,
    pairs=2,
    form=LabelVectors(5),
    train=(Portion(novel()),),
    evaluators=(),
)
MODEL = InductionHeadSpec(3, 0.5, 0.5, 0.5, ClassifierSpec(1, 8))


def trained(*clamps):
    run = RunSpec(TASK, MODEL, OptimizerSpec("sgd", 0.5, beta1=0.0), clamps=clamps, steps=8, batch_size=16)
    program = Program(plan([run])[0], mesh=run_mesh(1))
    weights = program.real(program.advance(program.initialise(), 8).weights)
    return {name: float(getattr(weights, name)[0]) for name in ("beta1", "alpha", "beta2")}


def test_a_held_parameter_does_not_learn():
    free, held = trained(), trained(Clamp("head.beta2", Constant(0.0)))
    assert all(abs(value - 0.5) > 1e-5 for value in free.values())
    # What stands behind the clamp gets no gradient; the others go on, and otherwise than before.
    assert held["beta2"] == 0.5
    assert all(np.abs(held[name] - 0.5) > 1e-5 and held[name] != free[name] for name in ("beta1", "alpha"))


def test_a_parameter_that_does_not_exist_cannot_be_held():
    with pytest.raises(SpecError, match="no site matches `head.gamma`: did you mean `head.alpha`"):
        trained(Clamp("head.gamma", Constant(0.0)))


def test_positions_mean_nothing_at_a_number():
    with pytest.raises(SpecError, match="`clamp.queries` means nothing at `head.alpha`"):
        trained(Clamp("head.alpha", Constant(0.0), queries=("query",)))
