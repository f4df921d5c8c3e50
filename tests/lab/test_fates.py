import dataclasses

import numpy as np
import pytest
import xarray as xr

from dynamicl.lab import (
    Fates,
    _commits,
    adaptive_fate,
    converged,
    fate,
    fork,
    plan_forks,
    seeds_of_forks,
    train_population,
)
from dynamicl.lab import _fates as module
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.training import At, Recording, Seeds

from .populations import BASE, RECORDING, runs

PARENT = runs(1)[0]
NAME = run_id(PARENT, RECORDING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def parent(folder):
    return train_population([PARENT], RECORDING, folder)


@pytest.fixture(scope="module")
def fates(parent, folder):
    return fate(folder, NAME, (40, 20), {20: 3, 40: 2}, outcome=above, hold=1)


def above(steps, accuracy, level=0.6):
    """Converged where the accuracy is ever above a level."""
    over = accuracy > level
    return (float(steps[over][0]), True) if over.any() else (float(steps[-1]), False)


def test_seeds_of_forks_are_distinct_reproducible_and_never_the_parents():
    seeds = {step: seeds_of_forks(PARENT, step, 200) for step in (0, 20, 40)}
    everything = [seed for found in seeds.values() for seed in found]
    assert len(set(everything)) == 600 and PARENT.seeds.data not in everything
    assert seeds[20] == seeds_of_forks(PARENT, 20, 200)
    other = dataclasses.replace(PARENT, seeds=Seeds(PARENT.seeds.init, 99))
    assert not set(seeds_of_forks(other, 20, 200)) & set(everything)


def test_more_forks_keep_the_earlier_ones():
    """Else every round of `adaptive_fate` would train all its forks anew."""
    assert seeds_of_forks(PARENT, 20, 30)[:6] == seeds_of_forks(PARENT, 20, 6)


def test_a_fork_with_the_parents_seed_is_the_parent(parent, folder):
    again = train_population([fork(PARENT, NAME, 20, PARENT.seeds.data)], RECORDING, folder)
    ours, theirs = again.weights(0, 60), parent.weights(0, 60)
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in theirs)


def test_fates_are_tabulated_by_step_and_fork(fates, folder):
    data = fates.data
    assert data["at"].values.tolist() == [40, 20]
    assert data.sizes == {"at": 2, "fork": 3, "step": 7 - 2}
    seeds = data["data_seed"].values
    assert seeds.tolist() == [[*seeds_of_forks(PARENT, 40, 2), -1], seeds_of_forks(PARENT, 20, 3)]
    assert {step: len(ids) for step, ids in fates.runs.items()} == {40: 2, 20: 3}
    for i, step in enumerate((40, 20)):
        ids = fates.runs[step]
        expected = [fork(PARENT, NAME, step, int(seed)) for seed in seeds[i] if seed >= 0]
        kept = Recording(RECORDING.evaluate, At(()), RECORDING.sequences, ())
        assert ids == tuple(run_id(spec, kept) for spec in expected)
        for j in range(len(ids)):
            curve = data["accuracy"][i, j]
            assert np.array_equal(np.isfinite(curve), data["step"] >= step)
            assert data["final_accuracy"][i, j] == curve[-1]
            time, observed = above(
                data["step"].values[data["step"] >= step], curve.values[data["step"] >= step]
            )
            assert (data["time"][i, j], data["observed"][i, j]) == (time, observed)
    assert np.isnan(data["time"][0, 2]) and np.isnan(data["accuracy"][0, 2]).all()


def test_counts_leave_out_forks_that_are_not_there(fates):
    steps, forks, good = fates.counts()
    assert (steps.tolist(), forks.tolist()) == ([40, 20], [2, 3])
    assert good.tolist() == fates.data["observed"].values.sum(axis=1).tolist()


def test_forks_of_a_checkpoint_begin_alike_and_part(fates, parent):
    first = fates.data["accuracy"].sel(at=20, step=20)
    assert (first == parent.dataset["accuracy"].sel(step=20, evaluator="train")[0]).all()
    assert len(set(fates.data["data_seed"].sel(at=20).values.tolist())) == fates.data.sizes["fork"]


def test_what_is_trained_is_not_trained_again(fates, folder):
    heard = []
    again = fate(folder, NAME, (40, 20), {20: 3, 40: 2}, outcome=above, hold=1, listener=heard.append)
    assert heard == [] and again.runs == fates.runs
    assert again.data.identical(fates.data)


def test_a_plan_is_what_is_trained(fates, folder):
    planned = plan_forks(folder, NAME, (40, 20), {20: 3, 40: 2}, hold=1)
    assert [run_id(spec, planned.recording) for spec in planned.specs] == [*fates.runs[40], *fates.runs[20]]
    with pytest.raises(SpecError, match="has no checkpoint at step 30"):
        plan_forks(folder, NAME, (30,), 2, hold=1)


class Killed(Exception):
    """Like a kill: nothing can be committed any more."""


@pytest.mark.parametrize("kill", [Killed, KeyboardInterrupt])
@pytest.mark.parametrize("moment", [1, 3])
def test_an_estimate_killed_in_the_middle_goes_on(parent, fates, folder, tmp_path, monkeypatch, kill, moment):
    train_population([PARENT], RECORDING, tmp_path)
    monkeypatch.setattr(_commits, "COMMIT_SECONDS", 0.0)
    heard = []

    def listen(progress):
        heard.append(progress.step)
        if len(heard) == moment:
            raise kill

    asked = (tmp_path, NAME, (40, 20), {20: 3, 40: 2})
    with pytest.raises((Killed, KeyboardInterrupt)):
        fate(*asked, outcome=above, hold=1, listener=listen)
    reached, heard = heard[-1], []
    again = fate(*asked, outcome=above, hold=1, listener=heard.append)
    assert again.runs == fates.runs and again.data.identical(fates.data)
    # What was heard of is not trained again.
    assert heard[0].step >= reached and heard[-1].done == heard[-1].total


def test_runs_that_do_not_converge_are_censored_at_their_last_step(fates, folder):
    never = fate(folder, NAME, (40, 20), {20: 3, 40: 2}, outcome=lambda s, a: above(s, a, 2.0), hold=1)
    assert never.counts()[2].tolist() == [0, 0]
    assert never.data["time"].values[1].tolist() == [60, 60, 60]


def test_converged_is_held_and_censored():
    steps = np.arange(0, 60, 10)
    assert converged(steps, np.array([0.5, 1, 0.5, 1, 1, 1.0])) == (30.0, True)
    assert converged(steps, np.array([0.5, 1, 0.5, 1, 1, 0.5])) == (50.0, False)
    assert converged(steps, np.array([0.5, 0.9, 0.95, 1, 1, 1.0]), tolerance=0.2, hold=5) == (10.0, True)


def test_a_fork_that_diverges_at_once_did_not_converge():
    accuracy = np.array([[[np.nan, np.nan], [0.5, 1.0]]], np.float32).reshape(2, 1, 2)
    data = xr.Dataset(
        {"accuracy": (("run", "evaluator", "step"), accuracy), "status": ("run", ["diverged", "finished"])},
        {"evaluator": ["train"], "step": [20, 30]},
    )
    table = module._outcomes(data, {20: [5, 6]}, above, 1)
    assert table["diverged"].values.tolist() == [[True, False]] and not table["censored"].any()
    assert table["time"].values.tolist() == [[20.0, 30.0]] and table["observed"].values.tolist() == [
        [False, True]
    ]
    assert np.isnan(table["final_accuracy"][0, 0]) and table["final_accuracy"][0, 1] == 1


CURVES = {
    "converged": [0.5, 1.0, 1.0, 1.0, 0.9],
    "not converged": [0.5, 0.6, 0.7, 0.8, 0.9],
    "dipped at the end": [0.5, 0.6, 1.0, 1.0, 0.9],
    "diverged": [0.5, 0.6, np.nan, np.nan, np.nan],
    "one evaluation short": [0.5, 0.6, 0.7, 1.0, 1.0],
    "seen once": [np.nan, np.nan, np.nan, np.nan, 1.0],
}


def made_fates(at):
    """Forks with known curves, all from one checkpoint."""
    curves = np.array(list(CURVES.values()), np.float32)[:, None]
    status = ["diverged" if name == "diverged" else "finished" for name in CURVES]
    data = xr.Dataset(
        {"accuracy": (("run", "evaluator", "step"), curves), "status": ("run", status)},
        {"evaluator": ["train"], "step": np.arange(100, 600, 100)},
    )
    table = module._outcomes(data, {at: list(range(len(CURVES)))}, converged, 3)
    return Fates(table, {at: tuple(CURVES)})


def test_forks_last_seen_while_they_converge_are_no_failures():
    """Else a late checkpoint of a run that has long converged would have forks that all fail."""
    fates = made_fates(100)
    marks = {name: fates.data[name].values[0].tolist() for name in ("observed", "diverged", "censored")}
    assert marks == {
        "observed": [True, False, False, False, False, False],
        "diverged": [False, False, False, True, False, False],
        "censored": [False, False, False, False, True, True],
    }
    steps, forks, good = fates.counts()
    assert (steps.tolist(), forks.tolist(), good.tolist()) == ([100], [4], [1])
    assert fates.censored().tolist() == [2] and fates.diverged().tolist() == [1]


def test_steps_of_which_nothing_is_known_are_not_counted():
    fates = made_fates(100)
    only = Fates(fates.data.isel(fork=[4, 5]), fates.runs)
    assert [part.tolist() for part in only.counts()] == [[], [], []]
    assert only.censored().tolist() == [2]


def test_a_hold_of_nothing_is_refused(parent, folder):
    with pytest.raises(SpecError, match="`hold` is 0: give 1 evaluation or more"):
        fate(folder, NAME, (20,), 1, hold=0)


def test_a_fresh_optimizer_needs_none_in_the_checkpoint(folder):
    bare = dataclasses.replace(RECORDING, optimizer_state=False)
    spec = dataclasses.replace(BASE, seeds=Seeds(11, 12))
    train_population([spec], bare, folder)
    name = run_id(spec, bare)
    with pytest.raises(
        SpecError, match="holds no optimizer state: record the parent with `optimizer_state`, start with"
    ):
        fate(folder, name, [20], 1)
    found = fate(folder, name, [20], 1, optimizer="fresh", steps=40, sequences=4, evaluate=At((30,)), hold=2)
    assert found.data["step"].values.tolist() == [20, 30, 40]


@pytest.mark.parametrize(
    ("run", "at", "forks", "message"),
    [
        ("feed", (20,), 1, "run feed is not in the library .*: it holds"),
        (NAME, (), 1, "`at` is empty: name at least one checkpoint's step"),
        (NAME, (20, 20), 1, r"`at` is \(20, 20\): name each checkpoint once"),
        (NAME, (20,), 0, "`forks` is 0: give at least 1 for each step of `at`"),
        (NAME, (20, 40), {20: 1}, r"`forks` is \{20: 1\}: give at least 1 for each step"),
        (NAME, (30,), 1, f"run {NAME} has no checkpoint at step 30: it has 0, 20, 40, 60"),
        (
            NAME,
            (20, 40),
            1,
            "a fork at step 40 of 60 steps is evaluated 2 times after it, and 3 are needed to see it converge: raise",
        ),
        (NAME, (60,), 1, "a fork at step 60 of 60 steps has nothing left to do: raise `steps`"),
    ],
)
def test_forks_that_cannot_be_made_are_refused(parent, folder, run, at, forks, message):
    with pytest.raises(SpecError, match=message):
        fate(folder, run, at, forks)


class FakeFates(Fates):
    """Forks at step t converge with probability t / 100, decided by their place; what is asked for is noted."""

    __setattr__ = object.__setattr__

    def __init__(self):
        self.asked = []

    def __call__(self, library, run, at, counts, **options):
        self.asked.append(dict(counts))
        self.at, self.forks = list(at), [counts[step] for step in at]
        return self

    def counts(self):
        return (
            np.array(self.at),
            np.array(self.forks),
            np.array([n * t // 100 for t, n in zip(self.at, self.forks, strict=True)]),
        )


@pytest.mark.parametrize("budget", [3, 7, 30, 61])
def test_the_budget_is_spent_and_not_exceeded(monkeypatch, budget):
    fake = FakeFates()
    monkeypatch.setattr(module, "fate", fake)
    within = range(0, 101, 10)
    adaptive_fate("library", "run", within, budget, rounds=8)
    assert sum(fake.asked[-1].values()) <= budget
    assert sum(fake.asked[-1].values()) >= budget - 8
    for before, after in zip(fake.asked, fake.asked[1:], strict=False):
        assert all(after[step] >= count for step, count in before.items())
    assert set(fake.asked[0]) == {0, 50, 100} and set(fake.asked[-1]) <= set(within)


def test_adaptive_forks_are_forks(parent, folder):
    heard = []
    found = adaptive_fate(
        folder, NAME, (0, 20, 40), 5, rounds=2, outcome=above, hold=1, steps=50, listener=heard.append
    )
    steps, forks, _ = found.counts()
    assert steps.tolist() == [0, 20, 40] and forks.sum() <= 5
    # Every fork is trained once: what is heard of is the steps of the new ones alone.
    assert (
        found.runs[20] == fate(folder, NAME, (20,), int(forks[1]), steps=50, outcome=above, hold=1).runs[20]
    )


@pytest.mark.parametrize(
    ("within", "budget", "message"),
    [
        ((0, 20), 30, "`within` has 2 checkpoints: give at least 3"),
        ((0, 20, 40), 2, "`budget` is 2: give at least 3"),
    ],
)
def test_budgets_that_cannot_be_spent_are_refused(within, budget, message):
    with pytest.raises(SpecError, match=message):
        adaptive_fate("library", "run", within, budget)
