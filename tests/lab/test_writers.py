"""Every pair of things that can set a run's weights: in order, or refused."""

import dataclasses

import numpy as np
import pytest

from dynamicl.clamps import Clamp, FromCheckpoint, Graft
from dynamicl.lab import fork, init_from, train_population
from dynamicl.lab._planning import run_id
from dynamicl.models import TransformerSpec
from dynamicl.specs import SpecError
from dynamicl.tasks import FewShotSpec
from dynamicl.training import Every, OptimizerSpec, Recording, RunSpec, Seeds

from .populations import BASE, RECORDING, runs

DONOR, OTHER = runs(2)
NAME, SECOND = (run_id(spec, RECORDING) for spec in (DONOR, OTHER))
FREE, FROZEN, OWN = Graft("rise", SECOND, 40, frozen=False), Graft("rise", SECOND, 40), Graft("rise")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def donors(folder):
    return train_population([DONOR, OTHER], RECORDING, folder)


def begun(folder, spec):
    """Weights at the first checkpoint of a run and at its end."""
    trained = train_population([spec], RECORDING, folder)
    first = max(spec.start.step if spec.start.how == "fork" else 0, 0)
    return trained.weights(0, first), trained.weights(0, 60)


def fresh(**changes):
    return dataclasses.replace(BASE, seeds=Seeds(7, 8, 2), **changes)


def equal(weights, expected, names=("rise", "fall")):
    return all(np.array_equal(weights[name], expected[name]) for name in names)


@pytest.mark.parametrize("graft", [FREE, FROZEN])
def test_a_graft_comes_after_the_draw(donors, folder, graft):
    first, last = begun(folder, fresh(grafts=(graft,)))
    drawn, _ = begun(folder, fresh())
    assert equal(first, donors.weights(1, 40), ["rise"]) and equal(first, drawn, ["fall"])
    assert equal(last, first, ["rise"]) == graft.frozen


def test_init_from_can_keep_the_moments(donors, folder):
    """The first steps differ, since a fresh optimizer has no momentum; what they start with does not."""
    starts = [init_from(fresh(), NAME, 20, optimizer) for optimizer in ("fresh", "kept")]
    (anew, anew_end), (kept, kept_end) = (begun(folder, start) for start in starts)
    assert equal(anew, donors.weights(0, 20)) and equal(kept, anew)
    assert not equal(anew_end, kept_end)
    assert init_from(fresh(), NAME, 20) == starts[0]


@pytest.mark.parametrize("graft", [FREE, FROZEN])
def test_a_graft_comes_after_init_from(donors, folder, graft):
    first, last = begun(folder, init_from(fresh(grafts=(graft,)), NAME, 20))
    assert equal(first, donors.weights(1, 40), ["rise"]) and equal(first, donors.weights(0, 20), ["fall"])
    assert equal(last, first, ["rise"]) == graft.frozen


def test_init_from_comes_after_the_draw(donors, folder):
    first, _ = begun(folder, init_from(fresh(), NAME, 20))
    assert equal(first, donors.weights(0, 20))


def test_a_part_of_ones_own_is_frozen_as_init_from_left_it(donors, folder):
    first, last = begun(folder, init_from(fresh(grafts=(OWN,)), NAME, 20))
    assert equal(first, donors.weights(0, 20)) and equal(last, donors.weights(0, 20), ["rise"])
    assert not equal(last, first, ["fall"])


def test_a_part_of_ones_own_is_frozen_as_the_fork_found_it(donors, folder):
    first, last = begun(folder, fork(dataclasses.replace(DONOR, grafts=(OWN,)), NAME, 20, 99))
    assert equal(first, donors.weights(0, 20)) and equal(last, donors.weights(0, 20), ["rise"])


def test_a_fork_takes_no_new_graft(donors, folder):
    with pytest.raises(
        SpecError,
        match=f"`grafts` of a fork of run {NAME} takes `rise` from run {SECOND}, .*: a fork goes on exactly; graft",
    ):
        train_population([fork(dataclasses.replace(DONOR, grafts=(FREE,)), NAME, 20, 99)], RECORDING, folder)


def test_a_fork_does_not_put_its_parents_graft_on_again(donors, folder):
    """What the parent learnt in a grafted part would be undone."""
    parent = fresh(grafts=(FREE,))
    trained = train_population([parent], RECORDING, folder)
    again = fork(parent, run_id(parent, RECORDING), 40, parent.seeds.data)
    first, last = begun(folder, again)
    assert equal(first, trained.weights(0, 40)) and equal(last, trained.weights(0, 60))
    assert not equal(first, donors.weights(1, 40), ["rise"])


@pytest.mark.parametrize(
    "grafts",
    [
        (FROZEN, Graft("rise", NAME, 20)),
        (FREE, Graft("r*", NAME, 20, frozen=False)),
        (FREE, OWN),
        (OWN, FROZEN),
    ],
)
def test_two_grafts_on_one_part_are_refused(donors, folder, grafts):
    with pytest.raises(
        SpecError, match="the grafts of `r.*` and `r.*` both decide `rise`: let each parameter"
    ):
        train_population([fresh(grafts=grafts)], RECORDING, folder)


def test_two_grafts_on_two_parts_and_two_freezes_of_one_part(donors, folder):
    first, _ = begun(folder, fresh(grafts=(FREE, Graft("fall", NAME, 20))))
    assert equal(first, donors.weights(1, 40), ["rise"]) and equal(first, donors.weights(0, 20), ["fall"])
    first, last = begun(folder, fresh(grafts=(OWN, Graft("ri*"))))
    assert equal(first, last, ["rise"])


@pytest.mark.whole
def test_a_lent_network_sets_no_weights(tmp_path):
    """However a run begins, a network that lends it values changes what it learns, and not what it starts with."""
    base = RunSpec(
        FewShotSpec(3, test_classes=0, held_out_exemplars=0, held_out_labels=0.0),
        TransformerSpec(1, 2, 4),
        OptimizerSpec("adam", 0.01),
        seeds=Seeds(7, 8, 2),
        steps=6,
        batch_size=2,
    )
    recording = Recording(Every(3), Every(3), sequences=4, measures=(), optimizer_state=True)
    donor = dataclasses.replace(base, seeds=Seeds(1, 1, 2))
    train_population([donor], recording, tmp_path)
    name = run_id(donor, recording)
    begun = {
        "drawn": base,
        "init_from": init_from(base, name, 3),
        "fork": fork(donor, name, 3, 99),
        "graft": dataclasses.replace(base, grafts=(Graft("unembed.*", name, 3),)),
        "frozen graft of its own": dataclasses.replace(base, grafts=(Graft("unembed.*"),)),
    }
    clamps = (Clamp("layers.0.post", FromCheckpoint(name, 0), strength=0.5),)
    plain = list(begun.values())
    lent = [dataclasses.replace(spec, clamps=clamps) for spec in plain]
    both = [train_population(specs, recording, tmp_path) for specs in (plain, lent)]
    for i, (how, spec) in enumerate(begun.items()):
        first = spec.start.step if how == "fork" else 0
        (without, within), (end, other_end) = ([one.weights(i, step) for one in both] for step in (first, 6))
        assert all(np.array_equal(without[key], within[key]) for key in without), how
        assert not np.array_equal(end["embed.label"], other_end["embed.label"]), how
