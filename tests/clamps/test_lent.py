"""Runs that take values from other runs' checkpoints while they learn."""

import dataclasses

import jax
import numpy as np
import pytest

from dynamicl.clamps import Clamp, from_checkpoint
from dynamicl.lab import Interrupted, load, load_others, train_population
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.training import At, Every, Recording, Seeds, evaluation

from .worlds import RUN, SquashSpec

BASE = dataclasses.replace(RUN, model=SquashSpec(), steps=60)
RECORDING = Recording(Every(10), At((20, 40)), sequences=8, measures=())
DONOR = dataclasses.replace(BASE, seeds=Seeds(1, 1))
NAME = run_id(DONOR, RECORDING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def donor(folder):
    return train_population([DONOR], RECORDING, folder)


def lent(*checkpoints, **changes):
    """Runs whose hidden layer is that of the donor at some checkpoints."""
    return [
        dataclasses.replace(
            BASE, clamps=from_checkpoint("hidden", NAME, step), seeds=Seeds(7 + i, 7, 2), **changes
        )
        for i, step in enumerate(checkpoints)
    ]


def test_each_run_of_a_cohort_learns_on_its_own_checkpoint(donor, folder):
    trained = train_population(lent(20, 60), RECORDING, folder)
    assert len({store.path for store, _ in trained.members}) == 1
    base = dataclasses.replace(BASE, seeds=Seeds(7, 7, 2))
    task, batch = evaluation(base, "train", BASE.task.prepare()["train"], RECORDING.sequences)
    x = np.asarray(task.inputs(batch.tokens).exemplars[:, -1], float)
    target = np.asarray(batch.target)
    for i, step in enumerate((20, 60)):
        rise = np.asarray(donor.weights(0, step)["rise"], float)
        for at in (0, 40):
            logits = np.tanh(x @ rise) @ np.asarray(trained.weights(i, at)["fall"], float)
            chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            expected = -np.log(chance[np.arange(len(x)), target]).mean()
            found = trained.dataset["loss"].isel(run=i).sel(step=at, evaluator="train").item()
            assert found == pytest.approx(expected, rel=1e-4), (step, at)
        # Adam moves what has a gradient, and nothing else.
        start, end = (trained.weights(i, at) for at in (0, 60))
        assert np.array_equal(start["rise"], end["rise"]) and not np.array_equal(start["fall"], end["fall"])


@pytest.mark.whole
def test_an_interrupted_run_goes_on_with_the_same_bits(donor, folder, tmp_path):
    whole = train_population(lent(20, 60), RECORDING, folder)
    train_population([DONOR], RECORDING, tmp_path)

    calls = iter(range(1000))

    def stop(progress):
        if next(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        train_population(lent(20, 60), RECORDING, tmp_path, listener=stop)
    again = train_population(lent(20, 60), RECORDING, tmp_path)
    assert np.array_equal(again.dataset["loss"], whole.dataset["loss"])
    for i in (0, 1):
        assert all(np.array_equal(again.weights(i, 60)[k], v) for k, v in whole.weights(i, 60).items())


@pytest.mark.parametrize(
    ("clamps", "changes", "message"),
    [
        (from_checkpoint("hidden", NAME, 30), {}, f"run {NAME} has no checkpoint at step 30: it has 0, 20"),
        (from_checkpoint("hidden", "feedbeef00000000", 0), {}, "feedbeef00000000 is not in the library"),
        (
            from_checkpoint("logits", NAME, 20),
            {"model": SquashSpec(6)},
            f"run {NAME} is a network of another kind: its `model.hidden` is 4, here it is 6; take weights from a run",
        ),
    ],
)
def test_checkpoints_that_are_not_there_or_do_not_fit(donor, folder, clamps, changes, message):
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(SpecError, match=message):
        train_population([dataclasses.replace(BASE, clamps=clamps, **changes)], RECORDING, folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_the_network_behind_a_value_is_loaded_for_a_trained_one(donor, folder):
    loaded = load(train_population(lent(20), RECORDING, folder), 0)
    (other,) = load_others(donor, loaded, from_checkpoint("hidden", NAME, 40)).values()
    assert np.array_equal(other.rise, donor.weights(0, 40)["rise"])
    assert load_others(donor, loaded, ()) == {}
    odd = dataclasses.replace(loaded, spec=dataclasses.replace(loaded.spec, model=SquashSpec(6)))
    with pytest.raises(
        SpecError, match=f"run {NAME} is a network of another kind: take values from a run of"
    ):
        load_others(donor, odd, from_checkpoint("hidden", NAME, 40))


def test_a_trained_model_under_the_clamps_that_steer_a_run(donor, folder):
    loaded = load(train_population(lent(20), RECORDING, folder), 0)
    task = loaded.tasks["train"]
    sequences = task.batch(jax.random.key(0), 6)
    x = np.asarray(task.inputs(sequences.tokens).exemplars[:, -1], float)
    fall = np.asarray(loaded.model.fall, float)
    hidden = {"own": np.tanh(x @ np.asarray(loaded.model.rise, float))}
    hidden["donor"] = np.tanh(x @ np.asarray(donor.weights(0, 20)["rise"], float))
    half = loaded.with_clamps(Clamp("hidden", strength=0.5))(sequences)
    np.testing.assert_allclose(half, 0.5 * hidden["own"] @ fall, rtol=1e-4, atol=1e-6)
    clamps = from_checkpoint("hidden", NAME, 20)
    given = loaded.with_clamps(*clamps, others=load_others(donor, loaded, clamps))(sequences)
    np.testing.assert_allclose(given, hidden["donor"] @ fall, rtol=1e-4, atol=1e-6)
    with pytest.raises(SpecError, match="no site matches `hiden`: did you mean `hidden`"):
        loaded.with_clamps(Clamp("hiden"))(sequences)
