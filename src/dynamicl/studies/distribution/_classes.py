"""Thesis figure 2.5: the more classes, the more is learnt in context and the less in weights."""

import xarray as xr

from dynamicl.studies._abilities import by_level, late_by_level, levels_of, share_absent, trend_parts
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._runs import at_share, curves, with_level
from ._settings import Setting

NEVER = Threshold("share of runs with the fewest classes in which icl is never above chance", ">=", 1.0)
ICL = Threshold("p of Jonckheere's test that mean icl rises with classes", "<", 0.05)
IWL = Threshold("p of Jonckheere's test that final iwl falls with classes", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `classes`, fewest first, and `init`; `slots` counts the items of a sequence."""
    axes = {"classes": scale.class_counts, "init": scale.inits}
    others = curves(trajectories["classes"], scale, axes)
    burst = curves(trajectories["burst"], scale, {"share": scale.shares, "init": scale.inits})
    base = with_level(at_share(burst, scale.share), "classes", scale.world.classes)
    whole = xr.concat([others, base], "classes", combine_attrs="override")
    return whole.sortby("classes").assign_attrs(slots=scale.world.pairs + 1)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The fewest classes give nothing in context; with more of them icl rises and iwl falls."""
    runs = by_level(data, "classes")
    return (
        NEVER.part(share_absent(runs[0]), len(runs[0])),
        *trend_parts(levels_of(runs, "mean"), "up", ICL),
        *trend_parts(late_by_level(data, "classes", "iwl"), "down", IWL),
    )


CLASSES = experiment(
    "distribution.classes",
    ["burst", "classes"],
    measure=measure,
    judge=judge,
    criterion=(NEVER, ICL, IWL),
)
