"""Appendix A.2.1: the parameters of the four networks that are compared."""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._scales import same_at

from ._networks import NETWORKS, parameters_of

PUBLISHED = {
    "transformer, 12 layers": 831_479,
    "LSTM, 12 layers": 627_959,
    "transformer, 2 layers": 331_639,
    "LSTM, 2 layers": 297_719,
}
EXACT = Threshold("largest deviation from the published number of parameters, over networks", "<=", 0.0)


def any_scale(scale: str) -> str:
    """Return a scale's name: nothing is trained, so that every scale gives the same.

    Raises:
        SpecError: there is no such scale.
    """
    return same_at(scale, "distribution")


def measure(lab: Lab, scale: str, trajectories: Trajectories) -> xr.Dataset:
    """Count the parameters of every network, from shapes.

    Returns:
        `counted` and `published` (network).
    """
    counted = [parameters_of(body) for body in NETWORKS.values()]
    return xr.Dataset(
        {"counted": ("network", counted), "published": ("network", [PUBLISHED[name] for name in NETWORKS])},
        {"network": list(NETWORKS)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every count is the published one, to the unit."""
    apart = np.abs(data["counted"].values.astype(int) - data["published"].values.astype(int))
    return (EXACT.part(float(apart.max()), apart.size),)


def note(data: xr.Dataset) -> str:
    """Say what the counts say of the comparison."""
    counted = dict(zip(data["network"].values.tolist(), data["counted"].values.tolist(), strict=True))
    first, second = counted["LSTM, 12 layers"], counted["transformer, 12 layers"]
    return (
        f"so the networks are matched in depth and width, and not in number of parameters: at 12 layers the LSTM has "
        f"{first / second:.0%} of the transformer's"
    )


COUNTS = Experiment(
    "distribution.counts", setting=any_scale, measure=measure, judge=judge, criterion=(EXACT,), note=note
)
