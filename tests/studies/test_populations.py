import dataclasses
from types import SimpleNamespace

import pytest

from dynamicl.lab import fork, run_id
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.store import Library, Trajectory
from dynamicl.studies import Dependent, Experiment, Population, cost_of, needing
from dynamicl.studies._lab import described
from dynamicl.studies._populations import nothing
from dynamicl.tasks import FewShotSpec
from dynamicl.training import At, Every, Recording, RunSpec, Seeds

RUN = RunSpec(FewShotSpec(8), TransformerSpec(1, 1, 8), seeds=Seeds(0, 0), steps=100)
RECORDING = Recording(Every(10), At(()))


def runs(*seeds, steps=100):
    return tuple(dataclasses.replace(RUN, seeds=Seeds(seed, seed), steps=steps) for seed in seeds)


def listed(scale):
    first = Population("first", runs(0, 1), RECORDING)
    forks = Population("forks", tuple(fork(RUN, "a", 60, seed) for seed in (5, 6)), RECORDING)
    return {
        "first": first,
        "other": Population("other", runs(2, steps=7), RECORDING),
        "forks": Dependent(("first",), (100, 100), lambda trajectories: forks),
        "later": Dependent(("first", "forks"), (1, 2, 3), lambda trajectories: first),
    }


def experiment(name, *needs):
    return Experiment(
        f"induction.{name}",
        setting=lambda scale: scale,
        measure=lambda lab, scale, trajectories: None,
        judge=lambda data: (),
        criterion=(),
        populations=needing(listed, needs),
    )


def test_run_steps_are_those_still_to_be_made():
    assert listed("")["first"].run_steps == 200
    assert Population("twice", runs(0, 0), RECORDING).run_steps == 100
    # A fork goes on from its parent's checkpoint.
    assert listed("")["forks"].describe({}).run_steps == 2 * 40 and listed("")["forks"].run_steps == 200


def test_populations_come_with_those_that_they_follow():
    assert list(needing(listed, ["later"])("")) == ["first", "forks", "later"]
    assert list(needing(listed, ["forks", "other"])("")) == ["first", "other", "forks"]
    assert nothing("") == {} and needing(listed, [])("") == {}
    with pytest.raises(SpecError, match="no population `forcks`: did you mean `forks`"):
        needing(listed, ["forcks"])("")


def test_costs_count_what_is_shared_once(tmp_path):
    one, two = experiment("one", "first", "other"), experiment("two", "forks")
    assert cost_of([one], "laptop", tmp_path) == (207, (), 207)
    assert cost_of([two], "laptop", tmp_path).run_steps == 400
    assert cost_of([one, two], "laptop", tmp_path).run_steps == 407


def test_runs_that_two_populations_list_count_once(tmp_path):
    both = needing(
        lambda scale: listed(scale) | {"again": Population("again", runs(1, 3), RECORDING)},
        ["first", "again"],
    )
    shared = dataclasses.replace(experiment("one"), populations=both)
    assert cost_of([shared], "laptop", tmp_path).run_steps == 300
    # Recorded otherwise, they are trained again.
    denser = Population("denser", runs(0, 1), Recording(Every(5), At(())))
    apart = dataclasses.replace(shared, populations=lambda scale: listed(scale) | {"denser": denser})
    assert cost_of([apart], "laptop", tmp_path).run_steps == 200 + 7 + 200 + 200 + 6


def test_cached_populations_are_named(tmp_path, monkeypatch):
    done = [run_id(run, RECORDING) for run in runs(0, 1)]
    store = SimpleNamespace(attributes={"status": "finished"}, runs=done)
    monkeypatch.setattr(Library, "stores", lambda shelf: (store,))
    monkeypatch.setattr(Library, "trajectory", lambda shelf, ids: object.__new__(Trajectory))
    cost = cost_of([experiment("one", "first", "other", "forks")], "laptop", tmp_path)
    # The forks' parents are there, so that they are known: 40 steps each remain of them.
    assert cost.cached == ("first",) and cost.left == 7 + 80 and cost.run_steps == 200 + 7 + 200


def test_a_population_that_asks_for_more_than_it_said_is_refused():
    greedy = Dependent(("first",), (5,), lambda trajectories: Population("x", runs(0), RECORDING))
    with pytest.raises(
        SpecError, match="population `x` asks for 100 run-steps and said at most 5: its `updates`"
    ):
        described("x", greedy, {"first": object.__new__(Trajectory)})
