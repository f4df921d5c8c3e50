import dataclasses
import json
import os
import signal

import jax
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant, Scaled
from dynamicl.lab import InertClamp, Interrupted, OtherGround, cost, train_population
from dynamicl.lab import _population as population
from dynamicl.lab._memory import memory_bound
from dynamicl.lab._planning import run_id, what_is_meant
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError, from_json
from dynamicl.store import Library
from dynamicl.tasks import FewShotSpec
from dynamicl.training import At, Every, OptimizerSpec, Program, Recording, RunSpec, jax_settings

from .populations import BASE, RECORDING, records_equal, runs, same

TASK = FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0)
REAL = RunSpec(TASK, TransformerSpec(1, 2, 4), OptimizerSpec("adam", 0.01), steps=10, batch_size=2)
LOSSES = Recording(Every(5), At(()), sequences=8, measures=())


def never(progress):
    raise AssertionError("nothing was left to train")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library") / "whole"


@pytest.fixture(scope="module")
def reports():
    return []


@pytest.fixture(scope="module")
def whole(folder, reports):
    return train_population(
        runs(), RECORDING, folder, title="small", command="train", listener=reports.append
    )


def test_records_are_labelled(whole):
    data = whole.dataset
    assert data.step.values.tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert data.sequences.values.tolist() == [4 * step for step in data.step.values]
    assert data.evaluator.values.tolist() == ["train", "again"]
    assert data.run.values.tolist() == [run_id(run, RECORDING) for run in runs()]
    assert data.loss.dims == ("run", "step", "evaluator") and data.squared_norm.dims == ("run", "step")
    assert np.isfinite(data.loss).all() and data.status.values.tolist() == ["finished"] * 3
    assert (data.attrs["title"], data.attrs["command"]) == ("small", "train")
    assert [from_json(text) for text in data.spec.values] == runs()


def test_headers_say_where_results_come_from(whole):
    store, _ = whole.members[0]
    assert from_json(store.header["recording"]) == RECORDING
    assert store.header["versions"].keys() >= {"python", "jax", "dynamicl"}
    assert store.header["layout"].startswith("sequential on several")
    assert store.header["settings"] == jax_settings() and store.header["probes"] == {"norms": 2}
    assert store.header["memory_bound"] == memory_bound()
    assert store.checkpoints == (0, 20, 40, 60)
    json.dumps(store.header)


def test_listeners_hear_how_far_it_is(whole, reports):
    assert reports[0].step == 0 and reports[-1].step == 60
    assert reports[-1].done == reports[-1].total == 180
    assert [report.done for report in reports] == sorted(report.done for report in reports)
    assert (reports[-1].cohort, reports[-1].cohorts, reports[-1].runs) == (1, 1, 3)


def test_what_was_trained_once_is_not_trained_again(whole, folder):
    again = train_population(runs()[::-1], RECORDING, folder, listener=never)
    assert again.runs == whole.runs[::-1]
    assert cost(runs(), RECORDING, folder) == {"runs": 3, "cached": 3, "cohorts": 0, "run_steps": 0}


def test_cost_counts_what_is_left(whole, folder):
    more = [*runs(5), dataclasses.replace(BASE, batch_size=2)]
    assert cost(more, RECORDING, folder) == {"runs": 6, "cached": 3, "cohorts": 2, "run_steps": 180}


def test_another_recording_is_another_run():
    assert run_id(BASE, RECORDING) != run_id(BASE, dataclasses.replace(RECORDING, evaluate=Every(7)))


def test_a_bad_run_or_recording_writes_nothing(tmp_path):
    with pytest.raises(SpecError, match="`steps` is 0"):
        train_population([BASE, dataclasses.replace(BASE, steps=0)], RECORDING, tmp_path / "none")
    with pytest.raises(SpecError, match="`recording.sequences` is 0"):
        train_population([BASE], Recording(sequences=0), tmp_path / "none")
    with pytest.raises(SpecError, match="unknown measure `nroms`"):
        train_population([BASE], dataclasses.replace(RECORDING, measures=("nroms",)), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def interrupting(call):
    """A listener that is interrupted when it is called for the n-th time."""
    count = iter(range(1000))

    def listen(progress):
        if next(count) == call:
            raise KeyboardInterrupt

    return listen


@pytest.mark.parametrize("call", [0, 1, 2, 4, 5, 7])
def test_an_interrupted_population_goes_on_with_the_same_bits(whole, tmp_path, call):
    with pytest.raises(
        Interrupted, match=r"stopped at step \d+ of 60; everything up to there is kept: give the same"
    ):
        train_population(
            runs(), RECORDING, tmp_path, title="small", command="train", listener=interrupting(call)
        )
    left = cost(runs(), RECORDING, tmp_path)
    (store,) = Library(tmp_path).stores()
    assert left["run_steps"] == 3 * (60 - store.step) and left["cached"] == 0
    assert store.attributes["status"] == "running"
    assert same(train_population(runs(), RECORDING, tmp_path), whole)


def test_a_population_interrupted_again_and_again(whole, tmp_path):
    for _ in range(40):
        try:
            again = train_population(runs(), RECORDING, tmp_path, listener=interrupting(2))
            break
        except Interrupted:
            pass
    assert same(again, whole)


def test_going_on_elsewhere_is_said(whole, tmp_path, monkeypatch):
    with pytest.raises(Interrupted):
        train_population(runs(), RECORDING, tmp_path, listener=interrupting(4))
    (store,) = Library(tmp_path).stores()
    monkeypatch.setattr("dynamicl.lab._starts.versions", lambda: store.header["versions"] | {"jax": "0.1"})
    message = (
        f"were trained up to step {store.step} with jax .* .here 0.1.: they go on, but not with the bits that they "
        "would have had; delete the folder"
    )
    with pytest.warns(OtherGround, match=message):
        again = train_population(runs(), RECORDING, tmp_path)
    assert same(again, whole)


def test_going_on_under_other_generator_settings_is_refused(tmp_path):
    """Half of a run would have other data, and the evaluators other sequences."""
    with pytest.raises(Interrupted):
        train_population(runs(1), RECORDING, tmp_path, listener=interrupting(4))
    message = (
        "draw their numbers with `jax_threefry_partitionable` True, and here it is False: set it to True to go on, or "
        "delete the folder to train them anew"
    )
    with jax.threefry_partitionable(False), pytest.raises(SpecError, match=message):
        train_population(runs(1), RECORDING, tmp_path)


def test_going_on_under_other_arithmetic_is_said(tmp_path):
    with pytest.raises(Interrupted):
        train_population(runs(1), RECORDING, tmp_path, listener=interrupting(4))
    message = r"with jax_default_matmul_precision None \(here highest\): they go on, but not with the bits"
    with jax.default_matmul_precision("highest"), pytest.warns(OtherGround, match=message):
        train_population(runs(1), RECORDING, tmp_path)


@pytest.mark.parametrize("call", [1, 3])
def test_interrupted_inside_the_compiled_loop(whole, tmp_path, monkeypatch, call):
    """Ctrl-C mostly strikes here: the old state is given up by then, and the new one not yet handed over."""
    advance, count = Program.advance, iter(range(1000))

    def interrupted(self, state, until):
        after = advance(self, state, until)
        if next(count) == call:
            raise KeyboardInterrupt
        return after

    with monkeypatch.context() as patch:
        patch.setattr(Program, "advance", interrupted)
        with pytest.raises(Interrupted, match="give the same command again"):
            train_population(runs(), RECORDING, tmp_path)
    assert same(train_population(runs(), RECORDING, tmp_path), whole)


def test_a_real_ctrl_c_waits_for_the_chunk_to_end(whole, tmp_path, monkeypatch):
    advance, struck = Program.advance, []

    def slow(self, state, until):
        after = advance(self, state, until)
        if not struck:
            struck.append(until)
            os.kill(os.getpid(), signal.SIGINT)
        return after

    with monkeypatch.context() as patch:
        patch.setattr(Program, "advance", slow)
        with pytest.raises(Interrupted, match=r"stopped at step \d+ of 60"):
            train_population(runs(), RECORDING, tmp_path)
    (store,) = Library(tmp_path).stores()
    assert store.step == struck[0]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert same(train_population(runs(), RECORDING, tmp_path), whole)


def test_a_store_that_was_created_and_no_more(whole, tmp_path, monkeypatch):
    """Killed before its first commit, a population begins again."""

    def killed(*_):
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(population, "train", killed)
        with pytest.raises(SystemExit, match="killed"):
            train_population(runs(), RECORDING, tmp_path)
    assert [store.step for store in Library(tmp_path).stores()] == [-1]
    assert same(train_population(runs(), RECORDING, tmp_path), whole)


def test_one_absurd_rate_among_several(whole, tmp_path):
    wild = dataclasses.replace(BASE, optimizer=OptimizerSpec("adam", 1e30))
    population = train_population([*runs(2), wild, runs(3)[2]], RECORDING, tmp_path)
    data = population.dataset
    assert data.status.values.tolist() == ["finished", "finished", "diverged", "finished"]
    at = int(data.diverged_at[2])
    assert 0 < at < 10 and data.diverged_at.values.tolist() == [-1, -1, at, -1]
    for name in ("loss", "train_loss", "squared_norm", "gradient_norm"):
        frozen = data[name][2]
        assert np.isfinite(frozen.sel(step=0)).all() and np.isnan(frozen.sel(step=slice(10, None))).all(), (
            name
        )
    calm = data.isel(run=[0, 1, 3])
    for name, value in whole.dataset.data_vars.items():
        assert np.array_equal(calm[name], value, equal_nan=value.dtype.kind == "f"), name
    for row, kept in enumerate((0, 1, 3)):
        for step in (0, 20, 40, 60):
            mine, theirs = population.weights(kept, step), whole.weights(row, step)
            assert all(mine[name].tobytes() == theirs[name].tobytes() for name in theirs)


def clamped(value, **changes):
    return dataclasses.replace(REAL, clamps=(Clamp("layers.0.attn.v", value, **changes),))


def test_a_clamp_that_changes_nothing_is_reported(tmp_path):
    inert = clamped(Scaled(1.0))
    message = f"the clamps of run {run_id(inert, LOSSES)} changed nothing on its first batch: check positions"
    with pytest.warns(InertClamp, match=message) as warned:
        train_population([clamped(Scaled(1.5)), inert], LOSSES, tmp_path)
    assert len(warned) == 1


def test_clamps_that_act_and_controls_are_not_reported(tmp_path):
    """Warnings are errors here. A window that opens late counts from where it opens; strength 0 is a control."""
    runs = [
        clamped(Constant(2.0)),
        clamped(Constant(2.0), windows=((5, 8),)),
        clamped(Constant(2.0), strength=0.0),
    ]
    found = train_population(runs, LOSSES, tmp_path).dataset.loss.sel(step=5, evaluator="train")
    assert len(Library(tmp_path).stores()) == 1
    assert found[1] != found[2] != found[0]


def test_runs_of_several_cohorts_come_in_the_order_asked_for(tmp_path):
    asked = [BASE, dataclasses.replace(BASE, optimizer=OptimizerSpec("sgd", 0.1)), runs(2)[1]]
    found = train_population(
        [*asked, BASE], Recording(Every(60), Every(60), sequences=4, measures=()), tmp_path
    )
    assert [from_json(text) for text in found.dataset.spec.values] == asked
    assert len(Library(tmp_path).stores()) == 2


def test_records_equal_tells_a_single_bit(whole):
    other = train_population_copy(whole)
    assert records_equal(whole, other)
    other.dataset.loss.values[0, 0, 0] = np.nextafter(other.dataset.loss.values[0, 0, 0], np.float32(9))
    assert not records_equal(whole, other)


def train_population_copy(trajectory):
    class Copy:
        dataset = trajectory.dataset.copy(deep=True)

    return Copy


@pytest.mark.parametrize(
    ("runs_given", "recording", "message"),
    [
        (BASE, RECORDING, r"`runs` is one `RunSpec`: give a list of them, `\[spec\]`"),
        (3, RECORDING, "`runs` is int: give a list of `RunSpec`s"),
        (["induction"], RECORDING, "`runs` holds str: give a list of `RunSpec`s"),
        (
            [BASE],
            "runs/mine",
            r"`recording` is str: give a `Recording`, e\.g\. `Recording\(Every\(20\)\)`, before the path",
        ),
    ],
)
def test_what_is_no_population(runs_given, recording, message):
    with pytest.raises(SpecError, match=message):
        what_is_meant(runs_given, recording)
