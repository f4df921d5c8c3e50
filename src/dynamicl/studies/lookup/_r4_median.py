"""Figure 12: whether forks converge more often has nothing to do with when those that do converge."""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl.statistics import NO_TREND_P, NO_TREND_RHO, FateTimes, fate_times
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, median, words

from ._forks import fates, parents
from ._populations import experiment
from ._settings import Setting

NONE = Threshold(
    "p-value of no correlation of P(t) and median S, by permutation, smaller of the models'; Spearman's rho surely "
    f"inside ±{NO_TREND_RHO:g}",
    ">",
    NO_TREND_P,
)
SEEN = 0.05
"""A correlation with a smaller p-value, times the number of models, is seen."""
LEAST = 16
"""Steps a model below which even a correlation of 0 has an interval wider than the bound."""


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
    """For every model the permutation test is far from finding a correlation, and none but a small one is left.

    These are the bounds of `no_trend`; that no correlation is seen proves nothing. It fails where one is seen, and is
    open where the steps are too few to tell, as they always are below 16 a model.
    """
    models = [linked(data.isel(model=i)) for i in range(data.sizes["model"])]
    links = [link for link, _ in models if link is not None]
    steps = [len(link.steps) for link in links]
    smallest = min((float(link.p_value) for link in links), default=np.nan)
    part = NONE.part(smallest, sum(steps))
    if smallest * len(models) < SEEN:
        return (part,)
    why = next((reason for _, reason in models if reason), "")
    if not why and min(steps) < LEAST:
        why = f"{min(steps)} steps a model are fewer than {LEAST}"
    if not why and not (part.holds and all(map(bounded, links))):
        why = "no correlation is seen, and none is excluded"
    return (dataclasses.replace(part, undecided=why),)


def bounded(link: FateTimes) -> bool:
    """Say whether a correlation is surely small."""
    return link.correlation.low > -NO_TREND_RHO and link.correlation.high < NO_TREND_RHO


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
    criterion=(NONE,),
    note=note,
)
