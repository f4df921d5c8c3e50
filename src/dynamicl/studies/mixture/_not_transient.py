"""Section 4: in this setting learning in context is not transient."""

import numpy as np
import xarray as xr

from dynamicl.statistics import fades
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, median

from ._populations import OPTIMIZERS, experiment
from ._prices import left_out
from ._readings import SOLVED, first_above
from ._settings import Setting

PEAKS_TO_END = 10
"""The document's claim is judged over this many times the time to the peak."""
NEAR_PEAK = 0.05
"""A run has come to its peak when accuracy is within this of it: a plateau creeps on for as long as one looks."""
STAYS = Threshold(
    "fall of novel accuracy from its peak under plain descent with decay, upper end, largest over runs",
    "<",
    0.05,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow novel, flip and ciwl accuracy for long, under four optimizers.

    Returns:
        `novel`, `novel_error`, `flip`, `ciwl` (optimizer, seed, step).
    """
    if "long" not in trajectories:
        return left_out("long")
    data = trajectories["long"].dataset
    shape = (len(OPTIMIZERS), scale.cell_seeds, -1)
    tables = {name: data["accuracy"].sel(evaluator=name) for name in ("novel", "flip", "ciwl")}
    tables["novel_error"] = data["accuracy_error"].sel(evaluator="novel")
    dims = ("optimizer", "seed", "step")
    return xr.Dataset(
        {
            name: (dims, table.transpose("run", "step").values.reshape(shape))
            for name, table in tables.items()
        },
        {"optimizer": list(OPTIMIZERS), "seed": range(scale.cell_seeds), "step": data["step"].values},
    )


def falls(data: xr.Dataset, optimizer: str) -> list[tuple[float, float]]:
    """Return, by run, the upper end of peak less end, and how many times the time to near the peak the run lasted."""
    steps, own = data["step"].values, data.sel(optimizer=optimizer)
    results = []
    for seed in data["seed"].values:
        curve, error = (own[name].sel(seed=seed).values for name in ("novel", "novel_error"))
        fading = fades(steps, curve, np.maximum(error, 1e-6))
        there = first_above(steps, curve, fading.peak - NEAR_PEAK)
        lasted = steps[-1] / there if fading.peak > SOLVED and there > 0 else np.nan
        results.append((fading.high, lasted))
    return results


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge plain gradient descent with decay, the published code's; runs that are too short decide nothing."""
    results = falls(data, "sgd, decay")
    lasted = [times for _, times in results]
    short = not np.isfinite(lasted).all() or min(lasted) < PEAKS_TO_END
    why = (
        f"not every run comes above {SOLVED} and lasts {PEAKS_TO_END} times as long as it takes to within {NEAR_PEAK} "
        "of its peak"
        if short
        else ""
    )
    return (STAYS.part(largest([high for high, _ in results]), len(results), why),)


def note(data: xr.Dataset) -> str:
    """Give the falls under the other optimizers, and which strategy rules at the end."""
    words = []
    for name in data["optimizer"].values:
        flip = median(data["flip"].sel(optimizer=name).isel(step=-1).values)
        fall = largest([high for high, _ in falls(data, name)])
        words.append(f"{name}: falls by {fall:.3f} at most, flip {flip:.2f} at the end")
    return "; ".join(words)


NOT_TRANSIENT = experiment(
    "mixture.not_transient", ["long"], measure=measure, judge=judge, criterion=(STAYS,), note=note
)
