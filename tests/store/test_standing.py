"""Where a run of a store stands, and what was kept of it at its end."""

import json

import numpy as np
import xarray as xr

from dynamicl.store import Store
from dynamicl.store._standing import at_own_ends, stands_at


def made(folder):
    """Runs of 20 and 40 updates; one measure was made at the checkpoints 0 and 40."""
    header = {"runs": ["short", "long"], "specs": [json.dumps({"steps": steps}) for steps in (20, 40)]}
    with Store.create(folder, header) as store:
        for step, values in ((0, [1.0, 2.0]), (40, [3.0, 4.0])):
            extras = xr.Dataset({"map": ("run", np.array(values, np.float32))}, {"run": ["short", "long"]})
            store.commit(step, checkpoint={"w": np.arange(2.0) + step}, extras=extras)
    return Store.open(folder)


def test_a_run_stands_at_its_end(tmp_path):
    index = made(tmp_path / "store")._index
    assert [stands_at(index, row) for row in (0, 1)] == [20, 40]


def test_what_was_measured_at_an_end_stands_where_the_weights_do(tmp_path):
    store = made(tmp_path / "store")
    extras = at_own_ends(store.extras(), store._index)
    assert extras["checkpoint"].values.tolist() == [0, 20, 40] and store.checkpoints_of(0) == (0, 20)
    np.testing.assert_array_equal(extras["map"].sel(run="short"), [1, 3, np.nan])
    np.testing.assert_array_equal(extras["map"].sel(run="long"), [2, np.nan, 4])
