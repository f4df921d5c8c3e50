"""Thesis figure 2.6c-e: skewed frequencies, and the sweet spot at which both kinds of learning are there."""

import numpy as np
import xarray as xr

from dynamicl.statistics import clopper_pearson
from dynamicl.studies._abilities import trend_parts
from dynamicl.studies._curves import rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import at_share, curves, skewed, with_level
from ._settings import Setting

LAST = 0.2
"""Share of training at its end over which bars are means: 400,000 to 500,000 of 500,000 updates."""
ICL = Threshold("p of Jonckheere's test that icl over the last fifth falls with the exponent", "<", 0.05)
BOTH_ICL = Threshold("icl over the last fifth at exponent 1, mean over runs", ">", 0.6)
BOTH_IWL = Threshold("iwl of the common classes over the last fifth at exponent 1, mean over runs", ">", 0.5)
UNIFORM = Threshold("iwl of the common classes over the last fifth at exponent 0, mean over runs", "<", 0.1)
RARE = Threshold(
    "iwl of the rare classes at the end over chance 1/C, upper 95 % bound, largest over exponents", "<", 3.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `exponent` and `init`."""
    inits = list(few(scale))
    skew = curves(trajectories["zipf"], scale, {"exponent": skewed(scale), "init": inits})
    burst = curves(trajectories["burst"], scale, {"share": scale.shares, "init": scale.inits})
    base = with_level(at_share(burst, scale.share).sel(init=inits), "exponent", 0.0)
    return xr.concat([base, skew], "exponent", combine_attrs="override")


def bars(data: xr.Dataset, name: str) -> list[list[float]]:
    """Return an accuracy over the last fifth of training of each run, by exponent."""
    x = data["sequences"].values
    inside = x > (1 - LAST) * x[-1]
    levels = [data.isel(exponent=[place]) for place in range(data.sizes["exponent"])]
    return [np.nanmean(rows(level, name)[:, inside], axis=1).tolist() for level in levels]


def rare_bounds(data: xr.Dataset) -> list[float]:
    """Return the upper bound of iwl of the rare classes over chance at each exponent, its runs' sequences together."""
    bounds = []
    for place in range(data.sizes["exponent"]):
        ends = rows(data.isel(exponent=[place]), "iwl_rare")[:, -1]
        asked = len(ends) * data.attrs["rare"]
        hits = round(float(ends.sum()) * data.attrs["rare"])
        bounds.append(clopper_pearson(hits, asked).high * data.attrs["classes"])
    return bounds


def at_exponent(data: xr.Dataset, name: str, exponent: float) -> list[float]:
    """Return the bars of the runs at one exponent."""
    place = data["exponent"].values.tolist().index(exponent)
    return bars(data, name)[place]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Skew costs in-context learning; at 1 common classes are known too, at 0 they are not, rare ones never."""
    n = data.sizes["init"]
    bounds = rare_bounds(data)
    return (
        *trend_parts(bars(data, "icl"), "down", ICL),
        BOTH_ICL.part(mean(at_exponent(data, "icl", 1.0)), n),
        BOTH_IWL.part(mean(at_exponent(data, "iwl_common", 1.0)), n),
        UNIFORM.part(mean(at_exponent(data, "iwl_common", 0.0)), n),
        RARE.part(largest(bounds), len(bounds) * n),
    )


ZIPF = experiment(
    "distribution.zipf",
    ["burst", "zipf"],
    measure=measure,
    judge=judge,
    criterion=(ICL, BOTH_ICL, BOTH_IWL, UNIFORM, RARE),
)
