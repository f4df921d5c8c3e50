import numpy as np
import pytest
import xarray as xr

from dynamicl.specs import validate
from dynamicl.store import Trajectory
from dynamicl.studies import Lab
from dynamicl.studies.induction._label_curve import (
    BENT,
    FEWER,
    LABEL_CURVE,
    MORE,
    curvatures,
    curve_runs,
    known,
    measure,
    needed,
    note,
)
from dynamicl.studies.induction._settings import SETTINGS, setting
from dynamicl.training import plan
from studies.judging import changed, judge_test

LABELS = [2, 3, 5, 8, 12, 16, 20]
SEQUENCES = np.linspace(0, 2e6, 11)
SEEDS = 10


def curve(times):
    """Learning times by number of labels, a little different in each seed; all learnt."""
    spread = 1 + 0.02 * np.arange(SEEDS)
    table = np.asarray(times, float)[:, None] * spread
    loss = np.where(table[..., None] > SEQUENCES, 0.7, 0.1)
    return xr.Dataset(
        {
            "loss": (("labels", "seed", "sequences"), loss),
            "learning_time": (("labels", "seed"), table),
            "learnt": (("labels", "seed"), np.ones((7, SEEDS), bool)),
        },
        {"labels": LABELS, "seed": range(SEEDS), "sequences": SEQUENCES},
    )


def with_scatter(data, labels, noise=0.4):
    """The same with seeds far apart at one number of labels."""
    sign = np.where(np.arange(SEEDS) % 2, 1 + noise, 1 - noise)
    return changed(
        data, "learning_time", data["learning_time"].sel(labels=labels).values * sign, labels=labels
    )


DATA = curve([9e5, 6e5, 4.5e5, 6e5, 8e5, 1e6, 1.2e6])
BROKEN = {
    FEWER: curve([4.3e5, 4.4e5, 4.5e5, 6e5, 8e5, 1e6, 1.4e6]),
    MORE: curve([1.2e6, 8e5, 4.5e5, 4.4e5, 4.4e5, 4.4e5, 4.4e5]),
    BENT: curve([5e5, 9e5, 4.5e5, 9e5, 9e5, 9e5, 5e5]),
}
test_judge = judge_test(LABEL_CURVE, DATA, BROKEN)


def test_the_curvature_of_a_parabola():
    x = np.log(LABELS)
    data = curve(np.exp(12 - 1.5 * x + 0.5 * x**2))
    np.testing.assert_allclose(curvatures(known(data)), 0.5, atol=1e-9)


def test_lower_bounds_between_the_ends_leave_a_seed_out_and_at_the_ends_do_not():
    data = changed(DATA, "learnt", False, labels=12, seed=3)
    assert known(data)["seed"].values.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert known(changed(DATA, "learnt", False, labels=20)).sizes["seed"] == SEEDS
    parts = LABEL_CURVE.judge(changed(DATA, "learnt", False, labels=12))
    assert all(part.undecided.startswith("only 0 seeds learn") for part in parts)


def test_a_difference_that_seeds_do_not_agree_on_is_none():
    wide = with_scatter(curve([5e5, 5e5, 4.5e5, 6e5, 8e5, 1e6, 1.4e6]), 2)
    assert LABEL_CURVE.judge(wide)[0].holds is False


def test_the_note_says_what_did_not_learn():
    text = note(changed(DATA, "learnt", False, labels=2, seed=[0, 1]))
    assert "5 labels 489,8" in text and "(learnt by 0.80" in text


@pytest.mark.parametrize("scale", SETTINGS)
def test_runs_differ_in_labels_and_seeds_alone(scale):
    numbers = setting(scale)
    runs = curve_runs(numbers)
    assert len(set(runs)) == len(runs) == len(numbers.curve_labels) * numbers.curve_seeds
    assert 5 in numbers.curve_labels and runs[0].task.labels == runs[0].task.ways == 2
    validate(runs[0])
    if scale != "paper":
        assert len(plan(runs)) == len(numbers.curve_labels)
    (population,) = needed(numbers).values()
    assert population.run_steps == len(runs) * runs[0].steps


class Recorded(Trajectory):
    """A trajectory with given records."""

    def __init__(self, data):
        self.data = data

    @property
    def dataset(self):
        return self.data


def test_runs_are_arranged_by_labels_then_seeds(tmp_path):
    scale = setting("smoke")
    count = len(scale.curve_labels) * scale.curve_seeds
    steps = np.arange(6)
    # Run i is below .4 log 2 from step i on; the last one never is.
    table = np.where(steps >= np.arange(count)[:, None], 0.1, 0.7)
    dims = ("run", "step", "evaluator")
    names = ("loss", "loss_error", "accuracy")
    records = xr.Dataset(
        {name: (dims, table[..., None]) for name in names} | {"train_loss": (("run", "step"), table)},
        {"run": [f"{i}" for i in range(count)], "step": steps, "evaluator": ["train"]},
    )
    data = measure(Lab(tmp_path, "smoke", "a test"), scale, {"label_curve": Recorded(records)})
    assert data["learning_time"].dims == ("labels", "seed")
    times = data["learning_time"].values.ravel() / scale.published(1)
    assert (np.diff(times[1:]) > 0.9).all() and data["learnt"].values.all()
    assert data["labels"].values.tolist() == [2, 5, 8]
