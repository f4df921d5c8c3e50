import dataclasses
import json

import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.lab import _later as later_module
from dynamicl.lab import _population as population
from dynamicl.lab import fork, matching, record_later, rows_of, train_population
from dynamicl.lab._planning import measure_versions, run_id
from dynamicl.models import TransformerSpec
from dynamicl.probes import _registry as registry
from dynamicl.specs import SpecError
from dynamicl.store import Trajectory
from dynamicl.tasks import FewShotSpec
from dynamicl.training import At, Evaluator, Every, OptimizerSpec, Probe, Program, Recording, RunSpec, Seeds

from .populations import BASE, RECORDING

CLAMPED = RunSpec(
    FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0),
    TransformerSpec(1, 2, 4),
    OptimizerSpec("adam", 0.01),
    clamps=(Clamp("norm.out", Constant(0.5), strength=0.5, windows=((30, 60),)),),
    steps=60,
    batch_size=4,
)


def last_mean(model, activations, sequences):
    return {"last_mean": jnp.mean(activations["norm.out"] ** 2)}


@pytest.fixture(autouse=True)
def mine(monkeypatch):
    monkeypatch.setattr(registry, "_PROBES", dict(registry._PROBES))
    return registry.register_measure(Probe("mine", ("norm.out",), last_mean, {"last_mean": ()}))


@pytest.mark.whole
def test_later_is_what_would_have_been_recorded(tmp_path, monkeypatch):
    """Under clamps with windows too, run by run; and nothing is trained for it."""
    specs = [dataclasses.replace(CLAMPED, seeds=Seeds(i, i, 2)) for i in range(2)]
    others = [dataclasses.replace(CLAMPED, clamps=(), steps=40)]
    recorded = Recording(Every(20), Every(20), RECORDING.sequences, ("mine", "norms"))
    at_once = train_population([*specs, *others], recorded, tmp_path / "once")
    without = dataclasses.replace(recorded, measures=())
    trained = train_population([*specs, *others], without, tmp_path / "later")
    monkeypatch.setattr(Program, "advance", None)
    later = record_later(trained, ["mine", "norms"])
    assert later["last_mean"].dims == ("run", "checkpoint")
    assert later["run"].values.tolist() == list(trained.runs)
    assert json.loads(later.attrs["probes"]) == {"mine": 1, "norms": 1}
    for name in ("last_mean", "squared_norm"):
        expected = at_once.dataset[name].sel(step=later["checkpoint"].values).values
        np.testing.assert_allclose(later[name].values, expected, rtol=1e-6)
    assert np.isnan(later["last_mean"].values).sum() == 1


def test_a_changed_probe_never_serves_old_records(tmp_path, mine):
    run = dataclasses.replace(CLAMPED, clamps=(), steps=2)
    recording = Recording(Every(30), At(()), 8, ("mine",))
    before = train_population([run], recording, tmp_path)
    registry.register_measure(
        dataclasses.replace(mine, version=2, compute=lambda *given: {"last_mean": jnp.float32(3.0)})
    )
    after = train_population([run], recording, tmp_path)
    assert before.runs != after.runs == (run_id(run, recording),)
    assert (after.dataset["last_mean"] == 3).all() and not (before.dataset["last_mean"] == 3).any()
    assert [one.members[0][0].header["probes"] for one in (before, after)] == [{"mine": 1}, {"mine": 2}]
    unconcerned = dataclasses.replace(recording, measures=())
    assert population.measure_versions(unconcerned) == {}


def test_what_cannot_be_measured_is_refused(tmp_path):
    trained = train_population([BASE], RECORDING, tmp_path)
    with pytest.raises(SpecError, match="`measures` is empty: name at least one"):
        record_later(trained, [])
    with pytest.raises(SpecError, match="unknown measure `minx` .* did you mean `mine`"):
        record_later(trained, ["minx"])


def test_runs_without_checkpoints_cannot_be_measured(tmp_path, monkeypatch):
    trained = train_population([BASE], RECORDING, tmp_path)
    monkeypatch.setattr(Trajectory, "checkpoints", ())
    with pytest.raises(
        SpecError, match="these runs have no checkpoints to measure: record some in `checkpoint`"
    ):
        record_later(trained, ["mine"])


def test_a_run_that_ended_first_has_no_checkpoints_of_its_neighbours(tmp_path):
    short, long = (dataclasses.replace(CLAMPED, clamps=(), steps=steps) for steps in (30, 60))
    recording = Recording(Every(20), Every(20), 8, ("norms",))
    trained = train_population([short, long], recording, tmp_path)
    ended, other = trained.runs
    assert trained.member(ended)[0] is trained.member(other)[0]
    assert trained.last_checkpoint(ended) == 30
    later = record_later(trained, ["norms"])["squared_norm"]
    there = np.isfinite(later.values.reshape(2, later.sizes["checkpoint"], -1)).all(axis=2)
    steps = later["checkpoint"].values
    assert steps[there[0]].tolist() == [0, 20, 30] and steps[there[1]].tolist() == [0, 20, 40, 60]
    with pytest.raises(SpecError, match="has no checkpoint at step 40: it has 0, 20, 30"):
        train_population(
            [fork(short, ended, 40, data_seed=3, steps=50, optimizer="fresh")], recording, tmp_path
        )
    row = matching(rows_of(trained), runs=[ended])[0]
    assert row["checkpoints"] == 3


def test_versions_of_single_evaluators_measures_are_part_of_a_run():
    own = (Evaluator("novel", measures=("heads",)),)
    assert measure_versions(Recording(measures=(), evaluators=own)) == measure_versions(
        Recording(measures=("heads",))
    )


def test_the_training_evaluator_has_its_own_number_of_sequences_later_too(tmp_path):
    recording = Recording(Every(30), Every(30), 8, (), evaluators=(Evaluator("train", 20),))
    trained = train_population([dataclasses.replace(CLAMPED, clamps=())], recording, tmp_path)
    programs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(later_module, "Program", lambda *given: programs.append(given) or Program(*given))
        record_later(trained, ["norms"])
    assert [given[2] for given in programs] == [20]


def test_curvature_is_that_of_the_clamped_network(tmp_path):
    """Where the logits are held nothing is learnt: no gradient, in training and in the measure."""
    held = dataclasses.replace(CLAMPED, clamps=(Clamp("logits", Constant(0.0)),))
    trained = train_population([held], Recording(Every(30), At(()), 8, ("curvature",)), tmp_path)
    assert (trained.dataset["evaluation_gradient_norm"] == 0).all()
    assert (trained.dataset["gradient_curvature"] == 0).all()
