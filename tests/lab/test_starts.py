import dataclasses

import numpy as np
import pytest

from dynamicl.clamps import Clamp
from dynamicl.lab import OtherGround, fork, init_from, train_population
from dynamicl.lab import _starts as module
from dynamicl.lab._machine import versions as real_versions
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.training import Every, OptimizerSpec, Program, Recording, Start
from small import OtherModelSpec, SmallTaskSpec

from .populations import BASE, RECORDING, runs

PARENT = runs(1)[0]
NAME = run_id(PARENT, RECORDING)
LATE = Clamp("hidden", windows=((0, 20), (60, 70)))
"""Closed while a fork of step 20 trains to 60."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def parent(folder):
    return train_population([PARENT], RECORDING, folder)


def equal(a, b):
    return all(a[name].tobytes() == b[name].tobytes() for name in a | b)


def test_a_fork_with_the_same_data_is_no_fork(parent, folder):
    same = train_population([fork(PARENT, NAME, 20, PARENT.seeds.data)], RECORDING, folder)
    for step in (20, 40, 60):
        assert equal(same.weights(0, step), parent.weights(0, step))
    data, old = same.dataset, parent.dataset.sel(step=slice(20, None))
    assert data.step.values.tolist() == [20, 30, 40, 50, 60]
    for name in ("loss", "accuracy", "squared_norm", "learning_rate"):
        assert np.array_equal(data[name], old[name]), name
    # At the fork itself there is no step yet of which a loss or gradient could be told.
    for name in ("train_loss", "gradient_norm"):
        assert np.array_equal(data[name][:, 1:], old[name][:, 1:]), name


def test_a_fork_with_other_data_differs_only_afterwards(parent, folder):
    specs = [fork(PARENT, NAME, 20, seed) for seed in (PARENT.seeds.data, 100, 101)]
    forks = train_population(specs, RECORDING, folder)
    assert all(equal(forks.weights(i, 20), parent.weights(0, 20)) for i in range(3))
    loss = forks.dataset.loss
    assert np.array_equal(loss[1].sel(step=20), loss[0].sel(step=20))
    for step in (30, 40, 50, 60):
        assert len({float(loss[i, :, 0].sel(step=step)) for i in range(3)}) == 3
    assert equal(forks.weights(0, 60), parent.weights(0, 60))


def test_a_fork_may_go_on_for_longer(parent, folder):
    longer = train_population([fork(PARENT, NAME, 40, PARENT.seeds.data, steps=80)], RECORDING, folder)
    assert equal(longer.weights(0, 40), parent.weights(0, 40))
    assert longer.dataset.step.values.tolist() == [40, 50, 60, 70, 80]
    assert np.array_equal(longer.dataset.loss.sel(step=60)[0], parent.dataset.loss.sel(step=60)[0])


def test_a_fork_with_a_fresh_optimizer_goes_another_way(parent, folder):
    fresh = train_population(
        [fork(PARENT, NAME, 20, PARENT.seeds.data, optimizer="fresh")], RECORDING, folder
    )
    assert equal(
        {name: value for name, value in fresh.weights(0, 20).items() if not name.startswith("optimizer/")},
        {name: value for name, value in parent.weights(0, 20).items() if not name.startswith("optimizer/")},
    )
    assert not equal(fresh.weights(0, 40), parent.weights(0, 40))


def test_init_from_starts_at_step_0_with_the_old_weights(parent, folder):
    new = train_population([init_from(PARENT, NAME, 60)], RECORDING, folder)
    assert new.dataset.step.values[0] == 0
    weights = {n: v for n, v in new.weights(0, 0).items() if not n.startswith("optimizer/")}
    old = parent.weights(0, 60)
    assert all(value.tobytes() == old[name].tobytes() for name, value in weights.items())
    assert all(not np.any(v) for n, v in new.weights(0, 0).items() if n.startswith("optimizer/"))
    assert np.array_equal(new.dataset.loss.sel(step=0), parent.dataset.loss.sel(step=60))


def test_forks_that_start_later_have_no_records_before(parent, folder):
    fresh = runs(2)[1]
    together = train_population([fresh, fork(PARENT, NAME, 20, 77)], RECORDING, folder)
    finite = np.isfinite(together.dataset.loss[..., 0])
    assert finite[0].all()
    assert finite[1].values.tolist() == [False, False, True, True, True, True, True]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            init_from(BASE, "0" * 16, 20),
            "`start.run` 0000000000000000 is not in the library .*: train it first",
        ),
        (fork(PARENT, NAME, 30, 1), f"run {NAME} has no checkpoint at step 30: it has 0, 20, 40, 60"),
        (
            init_from(dataclasses.replace(BASE, model=dataclasses.replace(BASE.model, hidden=5)), NAME, 20),
            f"run {NAME} is a network of another kind: its `model.hidden` is 4, here it is 5; take weights from a run",
        ),
        (
            init_from(dataclasses.replace(BASE, model=OtherModelSpec()), NAME, 20),
            f"run {NAME} is a network of another kind, `small-model`, and this one is `other-small-model`",
        ),
        (
            fork(dataclasses.replace(PARENT, task=SmallTaskSpec(shift=0.7)), NAME, 20, 1),
            f"`task` of a fork of run {NAME} is not its parent's: .* start from its weights on another one with `init_",
        ),
        (
            fork(dataclasses.replace(PARENT, seeds=dataclasses.replace(PARENT.seeds, init=77)), NAME, 20, 1),
            f"`seeds.init` of a fork of run {NAME} is 77, and that run's is {PARENT.seeds.init}: give `fork` the spec",
        ),
        (
            fork(dataclasses.replace(PARENT, optimizer=OptimizerSpec("sgd", 0.1)), NAME, 20, 1),
            "the checkpoint's optimizer state has no array",
        ),
        (
            fork(dataclasses.replace(PARENT, batch_size=8), NAME, 20, 1),
            f"`batch_size` of a fork of run {NAME} is 8, and that run's is 4: keep the parent's, or start from its",
        ),
        (
            fork(dataclasses.replace(PARENT, clamps=(LATE,)), NAME, 20, 1),
            rf"the clamp at `hidden` of a fork of run {NAME} never acts: its windows \(\(0, 20\), \(60, 70\)\) lie "
            "outside the fork's steps 20 to 60; move them, or leave the clamp out",
        ),
    ],
)
def test_starts_that_cannot_be_are_refused(parent, folder, spec, message):
    with pytest.raises(SpecError, match=message):
        train_population([spec], RECORDING, folder)


def test_a_fork_keeps_the_clamps_of_its_parent_when_their_time_is_over(folder):
    early = dataclasses.replace(PARENT, clamps=(Clamp("hidden", windows=((0, 20),)),))
    trained = train_population([early], RECORDING, folder)
    same = train_population([fork(early, trained.runs[0], 20, PARENT.seeds.data)], RECORDING, folder)
    assert equal(same.weights(0, 60), trained.weights(0, 60))


def test_moments_belong_to_the_longest_path_that_they_end_in():
    """The last norm's path ends that of a block's norm, which learns on when the last one is frozen."""
    last, inner = "norm.scale", "blocks.0.attention.norm.scale"
    moments = {f"1.{kind}.{name}": np.zeros(1) for kind in ("mu", "nu") for name in (last, inner)}
    moments["1.count"] = np.zeros(1)
    kept = module._learnt(moments, {last: np.array(False), inner: np.array(True)})
    assert sorted(kept) == ["1.count", f"1.mu.{inner}", f"1.nu.{inner}"]


def test_weights_may_go_to_another_task(parent, folder):
    other = dataclasses.replace(PARENT, task=SmallTaskSpec(shift=0.7))
    trained = train_population([init_from(other, NAME, 60)], RECORDING, folder)
    assert trained.dataset.status.values.tolist() == ["finished"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "versions",
            lambda: {**real_versions(), "jax": "0.0.1"},
            r"with jax .* \(here 0\.0\.1\): its forks",
        ),
        (
            "layout",
            lambda: "vectorised over 8 x abacus",
            r"layout sequential .* \(here vectorised over 8 x abacus\)",
        ),
    ],
)
def test_forks_on_other_ground_say_so_once_a_parent(
    parent, folder, tmp_path, monkeypatch, name, value, message
):
    if name == "versions":
        monkeypatch.setattr(module, "versions", value)
    else:
        monkeypatch.setattr(Program, "layout", property(lambda self: value()))
    specs = [
        fork(PARENT, NAME, 20, seed)
        for seed in ({"versions": 300, "layout": 310}[name] + i for i in range(3))
    ]
    with pytest.warns(OtherGround, match=message) as said:
        train_population(specs, RECORDING, folder)
    assert len(said) == 1 and "to compare bit by bit, train it again here first" in str(said[0].message)


def test_another_python_is_no_other_ground(parent, folder, monkeypatch):
    monkeypatch.setattr(module, "versions", lambda: {**real_versions(), "python": "9.9"})
    train_population([fork(PARENT, NAME, 20, 320)], RECORDING, folder)


def test_a_fork_needs_the_optimizers_state(tmp_path):
    bare = Recording(Every(60), Every(20), sequences=4, measures=())
    train_population([PARENT], bare, tmp_path)
    child = fork(PARENT, run_id(PARENT, bare), 20, 3)
    with pytest.raises(
        SpecError, match="the checkpoint at step 20 of run .* holds no optimizer state: record the parent"
    ):
        train_population([child], bare, tmp_path)
    fresh = dataclasses.replace(child, start=Start("fork", child.start.run, 20, "fresh"))
    assert train_population([fresh], bare, tmp_path).dataset.status.values.tolist() == ["finished"]
