"""The whole study, from end to end."""

import jax
import numpy as np
import pytest

from dynamicl.lab import load, load_many
from dynamicl.specs import SpecError
from dynamicl.store import Store, Trajectory
from dynamicl.studies import (
    NOT_TESTABLE,
    REPRODUCED,
    Lab,
    conduct,
    cost_of,
    experiments_of,
    judge_again,
    ledger,
    write_outcome,
)
from dynamicl.studies.induction._populations import populations
from dynamicl.studies.induction._settings import run, setting
from studies.smoke import WHOLE

SHARED = {"main"}
"""Trained in any case: most experiments read these, and some nothing else."""
TIMED = {"induction.cost", "induction.jit"}
COMPILE_MUCH = {
    f"induction.{claim}" for claim in ("l1_output", "residual", "equal_weight", "label_pt", "composition")
}
"""What each compiles circuits of its own to look at the shared runs."""
UNTRAINED = TIMED | {f"induction.{claim}" for claim in ("saddle", "toy", "more_vectors", "dataset_size")}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("induction") / "library", "smoke", "a test")


def experiments_here():
    """Every experiment, or those that read the shared runs, time nothing and compile little."""
    every = experiments_of("induction")
    if WHOLE:
        return every
    shared = (one for one in every if set(one.populations(one.setting("smoke"))) <= SHARED)
    return tuple(one for one in shared if one.id not in TIMED | COMPILE_MUCH)


@pytest.mark.whole
@pytest.mark.slow
def test_the_study_runs_at_smoke(lab, tmp_path):
    """One test, so that two workers never train the study each for some of its checks."""
    experiments = experiments_here()
    assert len(experiments) >= 8
    for experiment in experiments:
        outcome = conduct(experiment, lab)
        write_outcome(tmp_path / "induction", outcome)
        whole_record(experiment, outcome)
    assert cost_of(experiments, "smoke", lab.path).left == 0
    assert all(one.agrees for one in judge_again(experiments, tmp_path))


def whole_record(experiment, outcome):
    record, name = outcome.verdict.record(), experiment.id
    own = bool(experiment.finding)
    assert record["id"] == name and (own or record["claim"] == ledger()[name].claim)
    assert record["scale"] == "smoke" and record["command"] == "a test" and record["n"] >= 2
    assert record["versions"]["jax"] == jax.__version__
    assert len(record["parts"]) == len(experiment.criterion)
    # What needs no training is judged at any scale.
    settled = ("induction.saddle", "induction.more_vectors", "induction.dataset_size")
    expected = {REPRODUCED} if name in settled else {NOT_TESTABLE}
    assert name in UNTRAINED - set(settled) or record["verdict"] in expected
    assert bool(outcome.runs) == (name not in UNTRAINED)
    assert outcome.data.sizes
    assert all(values.size < 20_000 for values in outcome.data.data_vars.values())
    if name == "induction.additive":
        additive_data_agree_with_each_other(outcome.data)


def additive_data_agree_with_each_other(data):
    assert dict(data.sizes) == {"seed": 2, "head": 8}
    assert ((data.accuracy_alone >= 0) & (data.accuracy_alone <= 1)).all()
    # Savings of all heads add up to what the whole layer saves, which no ablation of one head can exceed by much.
    assert data.loss_saved.sum("head").shape == (2,) and np.isfinite(data.loss_saved).all()


@pytest.mark.whole
def test_many_models_are_the_models_loaded_one_by_one(lab):
    main = populations(setting("smoke"))["main"]
    trajectory = lab.train(main)
    first = trajectory.checkpoints[1]
    many = load_many(trajectory, [(0, None), (1, first)])
    for place, (row, step) in enumerate([(0, None), (1, first)]):
        one = load(trajectory, row, step)
        jax.tree.map(lambda a, b, i=place: np.testing.assert_array_equal(a[i], b), many.model, one.model)
    assert many.spec == main.runs[0]


def test_models_of_two_kinds_are_not_loaded_together():
    specs = [run(setting("smoke"), 0, 1e4, classes=classes).json for classes in (50, 20)]

    class Described(Store):
        """A store of which only descriptions are asked."""

        def __init__(self):
            self.path = None

    Described.specs, Described.runs = specs, ("a", "b")
    trajectory = object.__new__(Trajectory)
    trajectory.members = tuple((Described(), row) for row in (0, 1))
    with pytest.raises(
        SpecError, match="the runs differ in `task` or `model`: load those of one kind at a time"
    ):
        load_many(trajectory, [(0, None), (1, None)])
