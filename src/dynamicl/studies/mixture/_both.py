"""Figure A.1: with p_C between 0 and 1 and p_B below 1 both are learnt."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._cells import still_rising
from ._populations import BOTH, experiment
from ._readings import end_of
from ._settings import Setting
from ._tradeoff import STILL_RISING

IN_CONTEXT = Threshold("novel accuracy, mean over runs, least over cells", ">", 0.9)
IN_WEIGHTS = Threshold("in-weights accuracy, mean over runs, least over cells", ">", 0.9)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow both accuracies in the cells of p_B and p_C.

    Returns:
        `novel`, `in_weights` (bursty, in_context, seed, step).
    """
    data = trajectories["both"].dataset
    shape = (len(BOTH), len(BOTH), scale.cell_seeds, -1)
    curves = {
        name.replace("-", "_"): data["accuracy"]
        .sel(evaluator=name)
        .transpose("run", "step")
        .values.reshape(shape)
        for name in ("novel", "in-weights")
    }
    dims = ("bursty", "in_context", "seed", "step")
    return xr.Dataset(
        {name: (dims, values) for name, values in curves.items()},
        {
            "bursty": list(BOTH),
            "in_context": list(BOTH),
            "seed": range(scale.cell_seeds),
            "step": data["step"].values,
        },
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the cell with the lowest mean, of either accuracy."""
    parts = []
    for name, bar in (("novel", IN_CONTEXT), ("in_weights", IN_WEIGHTS)):
        curves = data[name].transpose("bursty", "in_context", "seed", "step").values
        cells = end_of(curves).reshape(-1, curves.shape[2])
        rising = still_rising(curves).reshape(cells.shape).mean(axis=1)
        worst = int(np.argmin(cells.mean(axis=1)))
        interval = mean(cells[worst])
        late = (
            "" if interval.value > bar.value or rising[worst] <= STILL_RISING else "still rising at the end"
        )
        parts.append(bar.part(interval, cells.size, late))
    return tuple(parts)


def note(data: xr.Dataset) -> str:
    """Give the ends of each cell."""
    words = []
    for bursty in data["bursty"].values:
        for share in data["in_context"].values:
            cell = data.sel(bursty=bursty, in_context=share)
            ends = [
                end_of(cell[name].transpose("seed", "step").values).mean() for name in ("novel", "in_weights")
            ]
            words.append(f"p_B {bursty:g}, p_C {share:g}: {ends[0]:.2f} and {ends[1]:.2f}")
    return f"novel and in-weights accuracy at the end: {'; '.join(words)}"


BOTH_LEARNT = experiment(
    "mixture.both", ["both"], measure=measure, judge=judge, criterion=(IN_CONTEXT, IN_WEIGHTS), note=note
)
