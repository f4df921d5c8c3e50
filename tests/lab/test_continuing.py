"""More steps on runs that the library holds with fewer, and forks from where a run stands."""

import dataclasses

import numpy as np
import pytest

from dynamicl.lab import _commits, cost, fork, train_population
from dynamicl.lab import _population as population
from dynamicl.specs import SpecError
from dynamicl.store import Library, Store
from dynamicl.training import At, Every

from .populations import RECORDING, runs

BARE = dataclasses.replace(RECORDING, optimizer_state=False)
EVERYTHING = ("loss", "accuracy", "squared_norm")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two runs trained over 60 steps at once."""
    return train_population(runs(2), BARE, tmp_path_factory.mktemp("whole"))


def weights_equal(a, b, step=60):
    return all(
        np.array_equal(array, b.weights(run, step)[name])
        for run in range(len(a.runs))
        for name, array in a.weights(run, step).items()
    )


@pytest.mark.parametrize("first", [30, 35])
def test_more_steps_go_on_with_the_bits_of_a_run_in_one_go(whole, tmp_path, first):
    train_population(runs(2, steps=first), BARE, tmp_path)
    bill = cost(runs(2), BARE, tmp_path)
    assert bill == {"runs": 2, "cached": 0, "cohorts": 1, "run_steps": 2 * (60 - first)}
    steps = []
    longer = train_population(
        runs(2), BARE, tmp_path, title="longer", listener=lambda now: steps.append(now.step)
    )
    assert min(steps) >= first and longer.runs == whole.runs
    assert weights_equal(longer, whole) and weights_equal(longer, whole, 20)
    assert longer.checkpoints == whole.checkpoints == (0, 20, 40, 60)
    assert longer.dataset["step"].equals(whole.dataset["step"])
    assert all(longer.dataset[name].equals(whole.dataset[name]) for name in EVERYTHING)
    assert longer.dataset.attrs["title"] == "longer" and set(longer.status.values()) == {"finished"}
    # The shorter runs are still what they were.
    assert len(Library(tmp_path).runs) == 4
    assert train_population(runs(2, steps=first), BARE, tmp_path).dataset["step"].values[-1] == first


def test_runs_of_several_lengths_go_on_each_from_its_own_end(whole, tmp_path):
    short, long = runs(2)
    train_population(
        [dataclasses.replace(short, steps=20), dataclasses.replace(long, steps=40)], BARE, tmp_path
    )
    assert cost(runs(2), BARE, tmp_path)["run_steps"] == 40 + 20
    longer = train_population(runs(2), BARE, tmp_path)
    assert weights_equal(longer, whole)
    assert longer.dataset["loss"].equals(whole.dataset["loss"])


def test_another_recording_begins_again(tmp_path):
    train_population(runs(1, steps=20), BARE, tmp_path)
    other = dataclasses.replace(BARE, evaluate=Every(5))
    assert cost(runs(1), other, tmp_path)["run_steps"] == 60
    assert cost(runs(1, steps=10), BARE, tmp_path)["run_steps"] == 10


def test_a_fork_goes_on_from_the_last_state_without_recorded_moments(whole, tmp_path):
    parent = runs(1, steps=40)[0]
    first = train_population([parent], BARE, tmp_path)
    same = fork(parent, first.runs[0], 40, parent.seeds.data, steps=60)
    own, other = (
        train_population([spec], BARE, tmp_path)
        for spec in (same, fork(parent, first.runs[0], 40, 999, steps=60))
    )
    assert all(
        np.array_equal(array, whole.weights(0, 60)[name]) for name, array in own.weights(0, 60).items()
    )
    assert not all(np.array_equal(a, whole.weights(0, 60)[name]) for name, a in other.weights(0, 60).items())
    with pytest.raises(
        SpecError, match="holds no optimizer state.*or fork at its last step, whose state is kept"
    ):
        train_population([fork(parent, first.runs[0], 20, 1)], BARE, tmp_path)


def test_a_fork_needs_no_checkpoint_at_the_last_state(tmp_path):
    parent = runs(1, steps=35)[0]
    first = train_population([parent], dataclasses.replace(BARE, checkpoint=At(())), tmp_path)
    # As if nothing but the state had been kept at the end.
    (store,) = Library(tmp_path).stores()
    with Store.open(store.path, write=True) as open_store:
        state = open_store.state()[1]
        open_store.rewind(34)
        open_store.commit(35, state=state)
    spec = fork(parent, first.runs[0], 35, 3, steps=40)
    assert train_population([spec], BARE, tmp_path).dataset["step"].values[-1] == 40


def failing_at(step):
    """Let the engine fail once the step is passed, as a measure or a broken device would."""

    def train(*arguments):
        for event, state in original(*arguments):
            if event.step >= step:
                raise ValueError("Need at least one array to stack.\nmore lines")
            yield event, state

    original = population.train
    return train


@pytest.mark.parametrize("step", [0, 30])
def test_a_failed_training_says_so_and_can_be_tried_again(whole, tmp_path, monkeypatch, step):
    with monkeypatch.context() as patch:
        patch.setattr(population, "train", failing_at(step))
        patch.setattr(_commits, "COMMIT_SECONDS", -1.0)
        with pytest.raises(ValueError, match="Need at least one array"):
            train_population(runs(2), BARE, tmp_path)
    (store,) = Library(tmp_path).stores()
    assert store.attributes["failure"] == "ValueError: Need at least one array to stack."
    assert Library(tmp_path).trajectory().status == dict.fromkeys(whole.runs, "failed")
    again = train_population(runs(2), BARE, tmp_path)
    assert weights_equal(again, whole) and again.dataset["loss"].equals(whole.dataset["loss"])
    assert set(again.status.values()) == {"finished"}
    assert not Library(tmp_path).stores()[0].attributes.get("failure")


def test_forks_and_failures_come_after_all_others(tmp_path, monkeypatch):
    parent = runs(1)[0]
    first = train_population([parent], RECORDING, tmp_path)
    for seed in range(4):
        train_population([fork(parent, first.runs[0], 40, seed)], RECORDING, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(population, "train", failing_at(0))
        with pytest.raises(ValueError, match="stack"):
            train_population(runs(2)[1:], RECORDING, tmp_path)
    names = Library(tmp_path).trajectory()
    assert names.runs[0] == first.runs[0]
    assert [names.specs[run]["start"]["how"] for run in names.runs] == ["fresh", *["fork"] * 4, "fresh"]
    assert names.status[names.runs[-1]] == "failed"
