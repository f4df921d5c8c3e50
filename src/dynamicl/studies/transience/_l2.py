"""Thesis figures 3.8a and B.3: a penalty on the weights keeps in-context learning, up to a point."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._abilities import KEPT, Ability, abilities, share_absent
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import words

from ._populations import experiment
from ._runs import curves
from ._settings import Setting

KEEPS = Threshold(
    "peak minus end of icl, upper 95 % bound, least over strengths at which icl appears early enough to tell",
    "<",
    KEPT,
)
LOSES = Threshold("peak minus end of icl without penalty", ">", 0.1)
AGAIN = Threshold("peak minus end of icl at the largest strength, lower 95 % bound", ">=", 0.1)
NO_IWL = Threshold("share of runs at the largest strength in which iwl is never above chance", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `strength`: 0 is the main run of the same seeds."""
    others = curves(trajectories["l2"], scale, strength=scale.strengths)
    main = curves(trajectories["whole"], scale, init=scale.inits).isel(init=0, drop=True)
    return xr.concat([main.expand_dims(strength=[0.0]), others], "strength", combine_attrs="override")


def by_strength(data: xr.Dataset) -> list[Ability]:
    """Describe icl of the run at each strength, weakest first."""
    return abilities(data.transpose("strength", "sequences"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Some strength keeps what no penalty loses; the largest loses it again and learns nothing by heart."""
    free, *penalised = by_strength(data)
    bounds = [run.fading.high for run in penalised if run.appears and not run.fading.undecided]
    classes = int(data.attrs["classes"])
    by_heart = abilities(data.isel(strength=[-1]), "iwl", 1 / classes)
    strongest = penalised[-1]
    return (
        KEEPS.part(float(np.min(bounds)) if bounds else float("nan"), len(penalised)),
        LOSES.part(free.lost, 1, free.fading.undecided),
        AGAIN.part(strongest.fading.low, 1, strongest.fading.undecided),
        NO_IWL.part(share_absent(by_heart), len(by_heart)),
    )


def note(data: xr.Dataset) -> str:
    """Give what is lost at each strength."""
    lost = []
    for strength, run in zip(data["strength"].values, by_strength(data), strict=True):
        seen = words(Interval(*run.fading[:3])) if run.appears else "no icl"
        lost.append(f"{seen} at {strength:g}")
    return f"peak minus end of icl: {', '.join(lost)}"


L2 = experiment(
    "transience.l2",
    ["whole", "l2"],
    measure=measure,
    judge=judge,
    criterion=(KEEPS, LOSES, AGAIN, NO_IWL),
    note=note,
)
