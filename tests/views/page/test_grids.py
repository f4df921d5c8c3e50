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
