"""Thesis figure 4.6a: three vectors learnt through a tensor product; each one clamped takes an interaction away.

Abruptness is measured by the plateau index, t10 / t90 of the fall from the loss of a toy that has learnt nothing.
"""

import jax
import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.toys import descend_population

from ._curves import first_below, median_interval, plateau_indices
from ._nothing import loss_of_nothing
from ._settings import Setting

CLAIM = "induction.toy"
CLAMPS: dict[str, tuple[str, ...]] = {"none": (), "c": ("c",), "b, c": ("b", "c")}
STEPS, SHOWN, SHOWN_STEPS = 4000, 8, 1000
ABRUPT = Threshold("plateau index with nothing clamped less that with c clamped, median draw", "low >", 0.0)
LESS_ABRUPT = Threshold(
    "plateau index with c clamped less that with b and c clamped, median draw", "low >", 0.0
)
PHASE_CHANGE = Threshold("plateau index with nothing clamped, median draw", "low >", 0.35)
EXPONENTIAL = Threshold("plateau index with b and c clamped, median draw", "high <", 0.1)
FASTER = Threshold(
    "time to half the loss with c clamped over that with nothing clamped, median draw", "high <", 1.0
)
CRITERION = (ABRUPT, LESS_ABRUPT, PHASE_CHANGE, EXPONENTIAL, FASTER)


def measure(setting: Setting) -> xr.Dataset:
    """Train every draw of truths and starts with no vector, one and two clamped.

    Returns:
        By clamp and draw: `index` (NaN where nine tenths are not learnt by the end) and `half` (steps to half the loss
        of nothing); `loss` over it for the first draws, dims (clamp, shown, step).
    """
    keys = jax.random.split(jax.random.key(1), setting.draws)
    index, half, shown = [], [], []
    for clamps in CLAMPS.values():
        run = descend_population(keys, clamps=clamps, steps=STEPS)
        level = loss_of_nothing(run.system, clamps)
        index.append(plateau_indices(run.time, run.loss, level))
        half.append(first_below(run.time, run.loss, level / 2))
        shown.append(np.asarray(run.loss)[:SHOWN, : SHOWN_STEPS + 1 : 5] / level[:SHOWN, None])
    return xr.Dataset(
        {
            "index": (("clamp", "draw"), index),
            "half": (("clamp", "draw"), half),
            "loss": (("clamp", "shown", "step"), shown),
        },
        {"clamp": list(CLAMPS), "step": np.arange(0, SHOWN_STEPS + 1, 5)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare draw by draw; draws that are not learnt by the end are left out of the indices."""
    free, held, exponential = (data["index"].sel(clamp=name).values for name in CLAMPS)
    n = data.sizes["draw"]
    with np.errstate(invalid="ignore"):
        faster = data["half"].sel(clamp="c").values / data["half"].sel(clamp="none").values
    return (
        ABRUPT.part(median_interval(free - held), n),
        LESS_ABRUPT.part(median_interval(held - exponential), n),
        PHASE_CHANGE.part(median_interval(free), n),
        EXPONENTIAL.part(median_interval(exponential), n),
        FASTER.part(median_interval(faster), n),
    )
