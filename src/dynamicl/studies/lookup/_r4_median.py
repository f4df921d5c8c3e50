"""Figure 12: whether forks converge more often has nothing to do with when those that do converge."""

import numpy as np
import xarray as xr

from dynamicl.statistics import FateTimes, fate_times
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, median, words

from ._forks import fates, parents
from ._populations import experiment
from ._settings import Setting

AROUND_ZERO = Threshold(
    "distance from 0 of the interval of Spearman's correlation of P(t) and median S, larger of the models'",
    "<=",
    0.0,
)
NO_TEST = Threshold("p-value of no correlation, by permutation, smaller of the models'", ">", 0.05)
"""With ten steps only correlations beyond about 0.65 can be told from none."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Gather P(t) and the median S of the converging forks, over the steps t of every model's forks.

    Returns:
        By model and at: `fork_step`, `probability`, `median`; `times` (model, at, fork), NaN where a fork did not
        converge.
    """
    tables = []
    for fate in fates(scale, trajectories):
        times = fate["time"].where(fate["observed"]).transpose("at", "fork").values
        tables.append(
            xr.Dataset(
                {
                    "fork_step": ("at", fate["at"].values.astype(float)),
                    "probability": ("at", fate["observed"].mean("fork").values),
                    "median": ("at", [median(row) for row in times]),
                    "times": (("at", "fork"), times),
                }
            )
        )
    whole = xr.concat(tables, "model", join="outer")
    return whole.assign_coords(model=parents(scale, trajectories).seeds)


def linked(model: xr.Dataset) -> tuple[FateTimes | None, str]:
    """Correlate one model's P(t) and median S, or say why that cannot be done."""
    outcomes = {}
    for i in np.flatnonzero(np.isfinite(model["fork_step"].values)):
        times = model["times"].transpose("at", "fork").values[i]
        outcomes[int(model["fork_step"].values[i])] = (np.nan_to_num(times), np.isfinite(times))
    return attempt(fate_times, outcomes)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """For every model the interval of the correlation holds 0, and the permutation test finds none."""
    links, reasons = zip(*(linked(data.isel(model=i)) for i in range(data.sizes["model"])), strict=True)
    why = next((reason for reason in reasons if reason), "")
    known = [link for link in links if link is not None]
    steps = sum(len(link.steps) for link in known)
    away = [max(link.correlation.low, -link.correlation.high) for link in known]
    return (
        AROUND_ZERO.part(max(away, default=float("nan")), steps, why),
        NO_TEST.part(min((float(link.p_value) for link in known), default=float("nan")), steps, why),
    )


def note(data: xr.Dataset) -> str:
    """Give every model's correlation."""
    return "; ".join(_told(data.isel(model=i)) for i in range(data.sizes["model"]))


def _told(model: xr.Dataset) -> str:
    link, why = linked(model)
    if link is None:
        return f"model {int(model['model'])}: {why}"
    return f"model {int(model['model'])}: {words(link.correlation)}, p {link.p_value:.2g}, {len(link.steps)} steps"


MEDIAN = experiment(
    "lookup.r4.median",
    ["one_head", "parents", "forks"],
    measure=measure,
    judge=judge,
    criterion=(AROUND_ZERO, NO_TEST),
    note=note,
)
