import numpy as np
import pytest
import xarray as xr

from dynamicl.views.page import payload
from dynamicl.views.page._grids import bridged, own_places, recorded
from views.page.synthetic import trajectory

NAN = np.nan


@pytest.fixture
def two():
    """A run with a record at every second step beside one with a record at every third."""
    values = np.array([[0, NAN, 2, NAN, 4, NAN, NAN], [0, NAN, NAN, 6, NAN, NAN, 12]], np.float32)
    heads = values[..., None, None] * np.ones((2, 7, 1, 2), np.float32)
    return xr.Dataset(
        {"loss": (("run", "step"), values), "induction_strength": (("run", "step", "layer", "head"), heads)},
        {"step": np.arange(7)},
    )


def test_each_run_names_its_own_places(two):
    mask = recorded(two, "step")
    assert own_places(mask, 2) == [[0, 2, 4], [0, 3, 6]]
    assert own_places(recorded(two, "checkpoint"), 2) == [None, None]
    assert own_places(np.ones((1, 3), bool), 1) == [None]


def test_curves_go_straight_between_own_records_and_not_beyond(two):
    loss = bridged(two)["loss"].values
    assert loss[0, :5].tolist() == [0, 1, 2, 3, 4] and np.isnan(loss[0, 5:]).all()
    assert loss[1].tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert (bridged(two)["induction_strength"].values[..., 0, 1] == loss)[~np.isnan(loss)].all()


def test_a_recorded_value_that_is_no_number_stays_one(two):
    broken = two.copy(deep=True)
    broken["loss"][1, 3] = NAN  # the heads say that this step was recorded
    loss = bridged(broken)["loss"].values
    assert np.isnan(loss[1, 1:6]).all() and loss[1, 6] == 12


@pytest.fixture
def sparse():
    """Two runs with an evaluator recorded at every third step; the second run ends at step 4."""
    steps = np.arange(8)
    loss = np.stack([10.0 + steps, 20.0 + 2 * steps], axis=-1) * np.ones((2, 1, 1))
    loss[:, steps % 3 > 0, 1] = NAN
    loss[1, 5:] = NAN
    dims = ("run", "step", "evaluator")
    data = xr.Dataset(
        {"loss": (dims, loss), "accuracy": (dims, 0.1 * loss)},
        {"run": ["a", "b"], "step": steps, "evaluator": ["train", "rare"]},
    )
    heads = loss[:, :, 1, None, None] * np.ones((1, 1, 1, 2))
    return data.assign({"head_accuracy@rare": (("run", "step", "layer", "head"), heads)})


def test_an_evaluator_with_a_schedule_of_its_own_is_drawn_through_and_not_beyond(sparse):
    drawn = bridged(sparse)
    for curve in (drawn["loss"].values[..., 1], drawn["head_accuracy@rare"].values[..., 0, 1]):
        assert curve[0, :7].tolist() == [20, 22, 24, 26, 28, 30, 32] and np.isnan(curve[0, 7])
        assert curve[1, :4].tolist() == [20, 22, 24, 26] and np.isnan(curve[1, 4:]).all()
    assert np.array_equal(drawn["loss"].values[..., 0], sparse["loss"].values[..., 0], equal_nan=True)


def test_of_an_evaluator_too_a_recorded_value_that_is_no_number_stays_one(sparse):
    sparse["loss"][0, 3, 1] = NAN  # the accuracy says that it was recorded
    loss = bridged(sparse)["loss"].values[0, :, 1]
    assert np.isnan(loss[1:6]).all() and loss[6] == 32


def test_the_page_is_told_at_which_steps_an_evaluator_was_recorded(sparse):
    record = payload(sparse)
    assert [run["own_evaluations"] for run in record["runs"]] == [[None, [0, 3, 6]], [None, [0, 3]]]
    assert "evaluators, were recorded at different steps" in record["notes"][-1]


def test_runs_of_one_grid_are_left_as_they_are():
    dataset = trajectory(runs=2, steps=20, checkpoints=5)[0]
    gap = dataset.copy(deep=True)
    gap["loss"][0, 5] = NAN
    assert bridged(gap[["loss", "train_loss"]]) is not None
    assert np.isnan(bridged(gap)["loss"].values[0, 5]).all()
    assert payload(gap)["notes"] == [] and payload(gap)["runs"][0]["own_steps"] is None


def test_the_page_is_told_what_is_whose():
    dataset = trajectory(runs=3, steps=20, checkpoints=6)[0].copy(deep=True)
    for name in ("loss", "accuracy", "target_probability", "train_loss", "gradient_norm", "squared_norm"):
        dataset[name][1, 1::2] = NAN
    for name in dataset.data_vars:
        if {"run", "step", "head"} <= set(dataset[name].dims):
            dataset[name][1] = NAN
        if {"run", "checkpoint"} <= set(dataset[name].dims):
            dataset[name][1] = NAN
            dataset[name][2, ::2] = NAN
    record = payload(dataset)
    assert "recorded at different steps" in record["notes"][-1]
    assert [run["maps"] for run in record["runs"]] == [None, [], [1, 3, 5]]
    assert record["runs"][1]["own_steps"] == list(range(0, dataset.sizes["step"], 2))
    assert record["arrays"]["attention"]["runs"] == [0, 2] and "runs" not in record["arrays"]["loss"]
    assert record["arrays"]["attention"]["shape"][0] == 2
