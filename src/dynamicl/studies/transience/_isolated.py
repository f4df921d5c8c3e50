"""Thesis figure 3.9c,d: width helps where only weights can tell the label, not where only the context can."""

import numpy as np
import xarray as xr

from dynamicl.statistics import no_trend
from dynamicl.store import Trajectory
from dynamicl.studies._abilities import trend_parts
from dynamicl.studies._curves import KNOWN, arranged, first_beyond, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

IWL = Threshold(
    "p of Jonckheere's test that wider networks reach 90 % sooner, in-weights-only data", "<", 0.05
)
ICL = Threshold("two-sided p of the same test, in-context-only data", ">", 0.2)
RHO = Threshold(
    "size of Spearman's correlation of width and time to 90 %, in-context-only data, at most", "<", 0.5
)
KINDS = {"iwl_only": "in-weights-only", "icl_only": "in-context-only"}
NOBODY = {name: f"no run reaches 90 % of {title} sequences" for name, title in KINDS.items()}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return accuracy on the training sequences by `width`: `icl_only` (repeat) in context, `iwl_only` (init) plain."""
    widths = scale.isolated_widths

    def trained(trajectory: Trajectory, score: str, dim: str, runs: int) -> xr.DataArray:
        axes = {"width": widths, dim: range(runs)}
        return arranged(trajectory, scale, {"train": (score, "train")}, axes)["train"]

    in_context = trained(trajectories["icl_only"], "accuracy_in_context", "repeat", scale.icl_only)
    in_weights = trained(trajectories["iwl_only"], "accuracy", "init", len(few(scale)))
    return xr.Dataset({"icl_only": in_context, "iwl_only": in_weights})


def times(data: xr.Dataset, name: str) -> list[list[float]]:
    """Return when each run knows nine tenths of its training sequences, by width; the last time where it never does."""
    x = data["sequences"].values.astype(float)
    levels = []
    for place in range(data.sizes["width"]):
        level = rows(data[[name]].isel(width=[place]), name)
        levels.append([min(first_beyond(x, curve, KNOWN), float(x[-1])) for curve in level])
    return levels


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Wider networks learn by heart sooner, and do not learn to read the context sooner."""
    by_heart, in_context = (times(data, name) for name in KINDS)
    last = float(data["sequences"].values[-1])
    never = {
        name: NOBODY[name] if np.min(levels) >= last else ""
        for name, levels in zip(KINDS, (by_heart, in_context), strict=True)
    }
    if never["iwl_only"]:
        part = IWL.part(float("nan"), np.size(by_heart), never["iwl_only"])
    else:
        part = trend_parts(by_heart, "down", IWL)[0]
    test = no_trend(in_context)
    edge = float(np.max(np.abs([test.low, test.high])))
    undecided = never["icl_only"] or test.undecided
    return part, ICL.part(test.p, test.n, undecided), RHO.part(edge, test.n, undecided)


def note(data: xr.Dataset) -> str:
    """Give mean times by width."""
    words = []
    for name in KINDS:
        means = [f"{np.mean(level):,.0f}" for level in times(data, name)]
        words.append(f"{name} {', '.join(means)}")
    return f"mean sequences to 90 % by width {data['width'].values.tolist()}: {'; '.join(words)}"


ISOLATED = experiment(
    "transience.isolated",
    ["icl_only", "iwl_only"],
    measure=measure,
    judge=judge,
    criterion=(IWL, ICL, RHO),
    note=note,
)
