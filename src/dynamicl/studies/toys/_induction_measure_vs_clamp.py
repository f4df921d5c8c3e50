"""Thesis figure 4.7: measures of progress jump for a vector that, learnt on its own, is a plain exponential."""

import jax
import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.toys import descend_population

from ._curves import first_below, median_interval, plateau_indices
from ._nothing import loss_of_nothing
from ._settings import Setting

CLAIM = "induction.measure_vs_clamp"
STEPS, SHOWN, SHOWN_STEPS = 4000, 8, 1000
MISALIGNED = Threshold("plateau index of 1 - cos^2 of a, nothing clamped, median draw", "low >", 0.35)
PERFECTED = Threshold("plateau index of the loss with b and c at their truth, median draw", "low >", 0.35)
CLAMPED = Threshold("plateau index of the loss with b and c clamped in training, median draw", "high <", 0.1)
CRITERION = (MISALIGNED, PERFECTED, CLAMPED)


def measure(setting: Setting) -> xr.Dataset:
    """Train every draw with nothing clamped, measuring a; and with b and c clamped.

    The phase of all unclamped curves of a draw begins when its loss comes down to that of nothing learnt.

    Returns:
        `index` (curve, draw) of the unclamped loss, both measures of a and the clamped loss; `own` (curve, draw), the
        same with every curve's phase beginning where it comes down to the level of nothing learnt by itself; `shown`
        (curve, shown, step), the curves of the first draws, losses over that of nothing.
    """
    keys = jax.random.split(jax.random.key(2), setting.draws)
    free = descend_population(keys, steps=STEPS)
    held = descend_population(keys, clamps=("b", "c"), steps=STEPS)
    level = loss_of_nothing(free.system)
    start = first_below(free.time, free.loss, level)
    loss, misalignment, perfected, clamped = (
        np.asarray(curve)
        for curve in (free.loss, free.misalignment[..., 0], free.perfected_loss[..., 0], held.loss)
    )
    places = np.minimum(start, STEPS).astype(int)
    rows = np.arange(len(places))
    curves = {"loss": loss, "misalignment": misalignment, "perfected": perfected}
    index = [plateau_indices(free.time, curve, curve[rows, places], start) for curve in curves.values()]
    own = [
        plateau_indices(free.time, curve, top)
        for curve, top in zip(curves.values(), (level, 1.0, level), strict=True)
    ]
    alone = plateau_indices(held.time, clamped, level)
    first = slice(0, SHOWN), slice(0, SHOWN_STEPS + 1, 5)
    scale = level[:SHOWN, None]
    shown = [loss[first] / scale, misalignment[first], perfected[first] / scale, clamped[first] / scale]
    return xr.Dataset(
        {
            "index": (("curve", "draw"), [*index, alone]),
            "own": (("curve", "draw"), [*own, alone]),
            "shown": (("curve", "shown_draw", "step"), shown),
        },
        {"curve": [*curves, "clamped"], "step": np.arange(0, SHOWN_STEPS + 1, 5)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Ask for a phase change in both measures and none under the clamp."""
    n = data.sizes["draw"]
    measured = {
        str(name): median_interval(data["index"].sel(curve=name).values) for name in data["curve"].values
    }
    return (
        MISALIGNED.part(measured["misalignment"], n),
        PERFECTED.part(measured["perfected"], n),
        CLAMPED.part(measured["clamped"], n),
    )
