"""What the experiments on grids read off records: made up, so that it is known where every number belongs."""

import numpy as np
import pytest
import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.mixture import (
    _b0,
    _both,
    _depth,
    _l_equals_n_full,
    _not_transient,
    _rare,
    _tradeoff,
    _two_parameter,
)
from dynamicl.studies.mixture._cells import grid
from dynamicl.studies.mixture._populations import OPTIMIZERS
from dynamicl.studies.mixture._settings import setting

SCALE = setting("smoke")
STEPS = np.arange(20)


class Made(Trajectory):
    """A trajectory of records that nobody trained."""

    def __init__(self, data):
        self.__dict__["dataset"] = data


def records(runs, evaluators=("train", "novel", "swap", "in-weights")):
    """Accuracy (run + evaluator / 10) / 100 at the end of runs that rise linearly; nothing for `train`."""
    level = (np.arange(runs)[:, None] + np.arange(len(evaluators)) / 10) / 100
    table = level[:, None, :] * np.minimum(STEPS / 10, 1)[None, :, None]
    dims = ("run", "step", "evaluator")
    return Made(
        xr.Dataset(
            {"accuracy": (dims, table), "accuracy_error": (dims, 0 * table + 0.01)},
            {"run": range(runs), "step": STEPS, "evaluator": list(evaluators)},
        )
    )


def ends(runs, place):
    return (np.arange(runs) + place / 10) / 100


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path, "smoke")


def test_cells_stand_in_the_order_of_their_runs(lab):
    number = len(grid(SCALE)) * SCALE.cell_seeds
    cells = {"cells": records(number, ("train", "novel", "swap", "in-weights", "rare"))}
    data = _tradeoff.measure(lab, SCALE, cells)
    np.testing.assert_allclose(data["novel"].values.ravel(), ends(number, 1))
    np.testing.assert_allclose(data["in_weights"].values.ravel(), ends(number, 3))
    np.testing.assert_allclose(data["rare"].values.ravel(), ends(number, 4))
    assert data["burst"].values[:2].tolist() == [0, 1] and np.isnan(data["alpha"].values[0])
    few = {"independent_cells": records(SCALE.cell_seeds)}
    assert _b0.measure(lab, SCALE, few)["burst"].values.tolist() == [0]
    four = {"unequal_cells": records(4 * SCALE.cell_seeds, ("train", "novel", "swap", "in-weights", "rare"))}
    unequal = _rare.measure(lab, SCALE, four)
    assert unequal["alpha"].values.tolist() == [0, 0.5, 1, 1.5]
    np.testing.assert_allclose(unequal["rare"].values.ravel(), ends(4 * SCALE.cell_seeds, 4))
    both = _two_parameter.measure(lab, SCALE, cells | {"minimal_cells": records(number)})
    assert both["novel"].dims == ("network", "cell", "seed") and both["network"].values.tolist() == [
        "full",
        "head",
    ]


def test_what_a_scale_leaves_out_has_its_price(lab):
    prices = {
        # Six runs in each of 20 + 4 + 5 + 2 cells.
        _tradeoff: "27,900,000 run-steps of the full network",
        _two_parameter: "27,900,000 run-steps of the full network and 27,900,000 of the minimal head",
        # Twelve runs in each of six cells.
        _l_equals_n_full: "10,800,000 run-steps of the full network",
        # Six runs of a million updates under four optimizers.
        _not_transient: "24,000,000 run-steps of the full network",
    }
    for module, price in prices.items():
        why = why_unmeasured(module.measure(lab, SCALE, {}))
        assert why == f"left out here: {price} at scale `paper`"


def test_shares_of_sequences(lab):
    data = _both.measure(lab, SCALE, {"both": records(4 * SCALE.cell_seeds)})
    assert data["novel"].dims == ("bursty", "in_context", "seed", "step")
    # The runs of p_B = .5 with p_C = .9 come second.
    second = data["in_weights"].sel(bursty=0.5, in_context=0.9).isel(step=-1)
    np.testing.assert_allclose(second, ends(8, 3)[2:4])


def test_depths(lab):
    data = _depth.measure(lab, SCALE, {"depths": records(2 * SCALE.cell_seeds)})
    np.testing.assert_allclose(data["in_weights"].sel(layers=3).isel(step=-1), ends(4, 3)[2:])


def test_pairs_and_labels(lab):
    data = _l_equals_n_full.measure(lab, SCALE, {"equal_full": records(2 * SCALE.equal_full_seeds)})
    assert data["pairs"].values.tolist() == [4, 4] and data["labels"].values.tolist() == [4, 8]
    np.testing.assert_allclose(data["novel"].isel(cell=1, step=-1), ends(4, 1)[2:])


def test_long_runs(lab):
    evaluators = ("train", "novel", "swap", "in-weights", "flip", "ciwl")
    data = _not_transient.measure(lab, SCALE, {"long": records(4 * SCALE.cell_seeds, evaluators)})
    assert data["optimizer"].values.tolist() == list(OPTIMIZERS)
    np.testing.assert_allclose(data["flip"].sel(optimizer="adam").isel(step=-1), ends(8, 4)[6:])
    assert (data["novel_error"] == 0.01).all()
