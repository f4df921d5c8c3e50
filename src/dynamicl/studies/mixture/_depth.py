"""Section 2: at least three classifier layers are needed for perfect in-weights accuracy."""

import dataclasses

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._cells import still_rising
from ._populations import DEPTHS, experiment
from ._readings import end_of
from ._settings import Setting
from ._tradeoff import STILL_RISING

DEEP = Threshold("in-weights accuracy with three layers, mean over runs", ">", 0.95)
SHALLOW = Threshold("in-weights accuracy with one layer, mean over runs", "<", 0.95)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow in-weights accuracy on independent items of many classes.

    Returns:
        `in_weights` (layers, seed, step).
    """
    data = trajectories["depths"].dataset
    curves = data["accuracy"].sel(evaluator="in-weights").transpose("run", "step").values
    return xr.Dataset(
        {"in_weights": (("layers", "seed", "step"), curves.reshape(len(DEPTHS), scale.cell_seeds, -1))},
        {"layers": list(DEPTHS), "seed": range(scale.cell_seeds), "step": data["step"].values},
        {"classes": scale.many_classes},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge three layers and one; a network that is still learning decides nothing against either."""
    parts = []
    for layers, bar in ((3, DEEP), (1, SHALLOW)):
        curves = data["in_weights"].sel(layers=layers).transpose("seed", "step").values
        ends = mean(end_of(curves))
        rising = float(still_rising(curves).mean()) > STILL_RISING
        late = "still rising at the end" if rising and ends.value <= DEEP.value else ""
        parts.append(bar.part(ends, len(curves), late))
    deep, shallow = parts
    if shallow.holds and not deep.holds:
        # What three layers have not learnt either, one layer has not failed at.
        shallow = dataclasses.replace(shallow, undecided="three layers are not there either")
    return deep, shallow


def note(data: xr.Dataset) -> str:
    """Say on how many classes."""
    return f"K = {data.attrs['classes']}, independent items; layers are those with ReLU, before the linear read-out"


DEPTH = experiment(
    "mixture.depth", ["depths"], measure=measure, judge=judge, criterion=(DEEP, SHALLOW), note=note
)
