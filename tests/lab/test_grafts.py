import dataclasses

import numpy as np
import pytest

from dynamicl.clamps import Graft
from dynamicl.lab import train_population
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.training import OptimizerSpec, Seeds
from small import SmallModelSpec

from .populations import BASE, RECORDING, runs

DONOR = runs(1)[0]
NAME = run_id(DONOR, RECORDING)
ADAMW = OptimizerSpec("adamw", 0.01, 0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def donor(folder):
    return train_population([DONOR], RECORDING, folder)


def grafted(*grafts, seed=7, **changes):
    return dataclasses.replace(BASE, grafts=grafts, seeds=Seeds(seed, seed, 2), **changes)


def test_weights_come_from_the_other_run_and_stay(donor, folder):
    # Weight decay would move frozen weights without a gradient.
    trained = train_population([grafted(Graft("rise", NAME, 40), optimizer=ADAMW)], RECORDING, folder)
    given = donor.weights(0, 40)["rise"]
    for step in (0, 20, 40, 60):
        assert np.array_equal(trained.weights(0, step)["rise"], given), step
    assert not np.array_equal(trained.weights(0, 60)["fall"], trained.weights(0, 0)["fall"])
    assert not np.array_equal(trained.weights(0, 0)["fall"], donor.weights(0, 0)["fall"])


def test_own_initial_weights_may_be_frozen_and_given_ones_may_learn(donor, folder):
    frozen = train_population([grafted(Graft("rise"))], RECORDING, folder)
    plain = train_population([grafted()], RECORDING, folder)
    start = plain.weights(0, 0)["rise"]
    assert all(np.array_equal(frozen.weights(0, step)["rise"], start) for step in (0, 60))
    free = train_population([grafted(Graft("rise", NAME, 40, frozen=False))], RECORDING, folder)
    assert np.array_equal(free.weights(0, 0)["rise"], donor.weights(0, 40)["rise"])
    assert not np.array_equal(free.weights(0, 60)["rise"], donor.weights(0, 40)["rise"])


def test_runs_of_one_cohort_may_take_from_other_checkpoints(donor, folder):
    specs = [grafted(Graft("rise", NAME, step), seed=seed) for seed, step in ((3, 20), (4, 60))]
    trained = train_population(specs, RECORDING, folder)
    assert len({store.path for store, _ in trained.members}) == 1
    for i, step in enumerate((20, 60)):
        assert np.array_equal(trained.weights(i, 60)["rise"], donor.weights(0, step)["rise"])


def test_a_frozen_part_has_no_gradient(donor, folder):
    trained = train_population([grafted(Graft("rise"))], RECORDING, folder)
    plain = train_population([grafted()], RECORDING, folder)
    first = [one.dataset["gradient_norm"].isel(run=0, step=1).item() for one in (trained, plain)]
    assert first[0] > 0 and first[0] != first[1]


@pytest.mark.parametrize(
    ("graft", "changes", "message"),
    [
        (Graft("rises", NAME, 40), {}, "no parameter matches `rises`: did you mean `rise`"),
        (Graft("*", NAME, 40), {}, "the grafts freeze every parameter: leave something to learn"),
        (
            Graft("rise", NAME, 40),
            {"model": SmallModelSpec(5)},
            "is a network of another kind: its `model.hidden` is 4, here it is 5; take weights from a run of the same",
        ),
        (Graft("rise", NAME, 30), {}, f"run {NAME} has no checkpoint at step 30: it has 0, 20, 40, 60"),
        (
            Graft("rise", "feedbeef00000000", 0),
            {},
            "`start.run` feedbeef00000000 is not in the library .*: train it",
        ),
    ],
)
def test_a_graft_that_cannot_be_made_is_refused_and_nothing_is_written(
    donor, folder, graft, changes, message
):
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(SpecError, match=message):
        train_population([grafted(graft, **changes)], RECORDING, folder)
    assert sorted(path.name for path in folder.iterdir()) == before
