"""Made-up runs that go through the strategies, as `curves` gives them: every curve is a line through knots."""

import numpy as np
import xarray as xr

X = np.linspace(0, 1.6e6, 101)
KNOTS = {
    "train": ((0, 0.5), (6e5, 0.8), (1.6e6, 0.9)),
    "icl": ((0, 0.5), (2e5, 0.52), (6e5, 0.8), (1.2e6, 0.6), (1.6e6, 0.52)),
    "ciwl": ((0, 0.5), (4e5, 0.6), (8e5, 0.7), (1.6e6, 0.93)),
    "flip": ((0, 0.49), (1e5, 0.46), (6e5, 0.75), (1.2e6, 0.25), (1.6e6, 0.12)),
    "iwl": ((0, 1e-4), (1.6e6, 1e-3)),
    "train_loss": ((0, 9.0), (4e5, 0.6), (1.6e6, 0.1)),
    "ciwl_loss": ((0, 9.0), (4e5, 1.0), (1.6e6, 0.5)),
}
FLAT = ((0, 0.5), (1.6e6, 0.5))
"""Chance throughout."""
RISING = ((0, 0.5), (6e5, 0.8), (1.6e6, 0.85))
RANDOM_START = ((0, 0.53), (3.2e4, 0.53), (6.4e4, 0.45), (1.6e6, 0.1))
"""Above one half for three evaluations, by less than their errors, and never again."""
LOW_FLIP = ((0, 0.49), (6e5, 0.45), (1.6e6, 0.1))
"""Of a network that never turns to its context."""


def line(knots, scale=1.0):
    """Draw a curve; `scale` stretches time."""
    places, values = zip(*knots, strict=True)
    return np.interp(X, np.array(places) * scale, values)


def world(dims, scales=None, **others):
    """Make runs along axes with names.

    Args:
        dims: coordinates by name.
        scales: stretch of each run's time.
        others: knots in place of the usual ones, the same for all runs.
    """
    shape = tuple(len(values) for values in dims.values())
    runs = int(np.prod(shape))
    scales = np.ones(runs) if scales is None else np.asarray(scales, float)
    tables = {}
    for name, knots in (KNOTS | others).items():
        rows = np.stack([line(knots, scale) for scale in scales])
        tables[name] = ((*dims, "sequences"), rows.reshape(*shape, -1))
    coords = {name: list(values) for name, values in dims.items()} | {"sequences": X}
    attrs = {"evaluated": 1000, "classes": 1600, "limits": "laptop"}
    return xr.Dataset(tables, coords, attrs)


def with_curve(runs, name, knots, /, **where):
    """The same data with other knots of one curve, everywhere or at a place by labels."""
    copy = runs.copy(deep=True)
    copy[name].loc[where] = line(knots)
    return copy
