"""Section 4.3.2: the head that learns fastest alone emerges first in the full network; later orders differ."""

import numpy as np
import xarray as xr

from dynamicl.statistics import crossing
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._curves import learning_times, stack_runs
from ._heads import INDUCTIVE
from ._populations import experiment
from ._settings import HEADS, Setting

FIRST = Threshold(
    "share of seeds whose fastest head alone is the first induction head of the full network", ">=", 0.8
)
LATER = Threshold(
    "share of seeds whose later induction heads come in the order in which they learn alone", "<=", 0.5
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Compare when heads of the full network become inductive with when they have learnt alone.

    Returns:
        By seed and head `alone` (published sequences until the loss of a run with this head alone is below 0.4 log 2)
        and `emergence` (until its induction strength in the full network is above 0.3); infinite where that is not
        reached. Attribute `evaluation_spacing` is the largest distance of two evaluations of a run alone.
    """
    curves = stack_runs(trajectories["single_heads"], scale, head=range(HEADS), seed=scale.seeds)
    times = learning_times(curves["loss"]).transpose("seed", "head")
    data = trajectories["main"].dataset
    strength = data["induction_strength"].sel(layer=2).transpose("run", "head", "step").values
    sequences = scale.published(data["step"].values)
    by_head = ("seed", "head")
    return xr.Dataset(
        {
            "alone": (by_head, np.where(times["observed"], times["time"], np.inf)),
            "emergence": (by_head, np.apply_along_axis(emergence, -1, strength, sequences)),
        },
        {"seed": list(scale.seeds), "head": range(HEADS)},
        {"evaluation_spacing": float(np.diff(curves["sequences"].values).max())},
    )


def emergence(strength: np.ndarray, sequences: np.ndarray) -> float:
    """Return when one head becomes inductive, or infinity."""
    passed = crossing(sequences, strength, INDUCTIVE, direction="rising")
    return passed.time if passed.observed else np.inf


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The first is the fastest; among seeds with two or more later heads that learn alone, these come in another order.

    Heads whose times alone are no further apart than two evaluations are equally fast.
    """
    # What a file keeps of infinity is nothing.
    times = data[["alone", "emergence"]].fillna(np.inf).transpose("seed", "head")
    alone, emerged = times["alone"].values, times["emergence"].values
    spacing = float(data.attrs.get("evaluation_spacing", 0.0))
    first, same_order = [], []
    for fast, early in zip(alone, emerged, strict=True):
        inductive = np.flatnonzero(np.isfinite(early))
        order = inductive[np.argsort(early[inductive])]
        quickest = np.isfinite(fast) & (fast <= fast.min() + spacing)
        first.append(order.size > 0 and bool(quickest[order[0]]))
        later = order[1:][np.isfinite(fast[order[1:]])]
        if later.size > 1:
            same_order.append((np.diff(fast[later]) > 0).all())
    few = "" if same_order else "no network has two induction heads after its first"
    return FIRST.part(share(first), len(first)), LATER.part(share(same_order), len(same_order), few)


RACE = experiment(
    "induction.race",
    ["main", "single_heads"],
    measure=measure,
    judge=judge,
    criterion=(FIRST, LATER),
)
