"""Thesis figure 3.10: a penalty on the MLPs or the embedder keeps in-context learning, one on attention does not."""

import xarray as xr

from dynamicl.studies._abilities import abilities
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._runs import SELECTED, curves
from ._settings import Setting

NOTHING, ATTENTION, MLP, EMBEDDER = SELECTED
LOSES = {
    part: Threshold(f"peak minus end of icl, lower 95 % bound, penalty on {part}", ">=", 0.1)
    for part in (NOTHING, ATTENTION)
}
KEEPS = {
    part: Threshold(f"peak minus end of icl, upper 95 % bound, penalty on {part}", "<", 0.1)
    for part in (MLP, EMBEDDER)
}
NO_ICL = "icl does not appear there"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by the `part` that the penalty acts on; attribute `strength`."""
    specs = trajectories["selective"].specs.values()
    strengths = {penalty["strength"] for spec in specs for penalty in spec["objective"]["penalties"]}
    (strength,) = strengths
    data = curves(trajectories["selective"], scale, part=SELECTED)
    return data.assign_attrs(strength=float(strength))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Icl fades without a penalty and with one on attention; it stays with one on the MLPs or the embedder."""
    runs = {part: abilities(data.sel(part=[part]))[0] for part in SELECTED}
    lost = []
    for part, threshold in (LOSES | KEEPS).items():
        run = runs[part]
        bound = run.fading.low if part in LOSES else run.fading.high
        lost.append(threshold.part(bound, 1, run.fading.undecided if run.appears else NO_ICL))
    return tuple(lost)


def note(data: xr.Dataset) -> str:
    """Give the strength."""
    return f"strength {data.attrs['strength']:g}, at which a penalty on all weights kept most of icl"


SELECTIVE = experiment(
    "transience.selective",
    ["l2", "selective"],
    measure=measure,
    judge=judge,
    criterion=(*LOSES.values(), *KEEPS.values()),
    note=note,
)
