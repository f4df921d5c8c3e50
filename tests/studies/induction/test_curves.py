import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._curves import learning_times, shape


def test_learning_times_along_named_axes():
    sequences = np.arange(0.0, 101.0, 10.0)
    falling = np.clip(1.0 - sequences / 100, 0.0, 1.0)
    loss = xr.DataArray(
        np.stack([[falling, falling + 5], [falling / 2, np.full(11, np.nan)]]),
        dims=("head", "seed", "sequences"),
        coords={"head": [0, 1], "seed": [3, 4], "sequences": sequences},
    )
    times = learning_times(loss.isel(seed=[0]), level=0.25)
    assert times.time.sel(seed=3).values == pytest.approx([75.0, 50.0])
    assert times.observed.all() and times.time.dims == ("head", "seed")
    late = learning_times(loss.isel(head=[0]), level=0.25)
    assert late.time.sel(seed=4).item() == 100.0 and not late.observed.sel(seed=4).item()


def test_shapes_of_a_jump_and_of_an_exponential():
    x = np.linspace(0, 1e6, 101)
    noise = 0.002 * np.random.default_rng(0).normal(size=101)
    jump = 0.9 * np.exp(-x / 2e4) + 0.7 / (1 + np.exp((x - 5e5) / 3e4)) + 0.01 + noise
    drop = shape(x, jump)
    assert drop.jump and drop.waits
    assert drop.plateau == pytest.approx(0.7, abs=0.05)
    # A logistic of height 0.7 passes 0.9 log 2 - 0.01 and 0.1 log 2 - 0.01 at 0.62 and -2.36 of its widths.
    levels = np.array([0.9, 0.1]) * np.log(2) - 0.01
    places = 5e5 + 3e4 * np.log(0.7 / levels - 1)
    assert drop.onset == pytest.approx(places[0], rel=0.02)
    assert drop.duration == pytest.approx(places[1] - places[0], rel=0.1)
    smooth = shape(x, 1.6 * np.exp(-x / 1e5) + 1e-4)
    assert not smooth.jump and not smooth.waits
    assert smooth.straightness > 0.999 > drop.straightness
    stuck = shape(x, np.full(101, 0.69) + noise)
    assert np.isnan(stuck.duration) and not stuck.jump
