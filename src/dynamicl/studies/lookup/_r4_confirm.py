"""Figure 9: of the forks from 8 % of the way to convergence all converge."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, jeffreys
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import words

from ._populations import experiment
from ._r4_early_fate import measure as measure

CONFIRMED_AT = 0.08
"""The report's step, 20,000, as a share of its model's S, about 250,000."""
ALL = Threshold(
    f"share of forks from the step nearest to {CONFIRMED_AT:.0%} of S that converge, lowest of the models'",
    ">=",
    1.0,
)


class Forks(NamedTuple):
    """The forks of a model that are looked at.

    Attributes:
        share: of S at which they were made.
        converging: how many converge.
        number: how many there are.
    """

    share: float
    converging: int
    number: int

    @property
    def chance(self) -> Interval:
        """Estimate P."""
        return jeffreys(self.converging, self.number)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """From the step nearest to 8 % of S all forks of each model converge.

    The report looks at one model, here at every one that is forked. It is untested of a model that did not converge
    itself.
    """
    stray = not data["parent_converged"].values.astype(bool).all()
    models = confirming_forks(data)
    lowest = min((model.chance for model in models), key=lambda chance: chance.value)
    forks = sum(model.number for model in models)
    return (ALL.part(lowest, forks, "too few runs converged" if stray else ""),)


def confirming_forks(data: xr.Dataset) -> list[Forks]:
    """Return each model's forks from the step nearest to 8 % of its S."""
    models = []
    for i in range(data.sizes["model"]):
        model = data.isel(model=i)
        shares = (model["fork_step"] / model["S"]).values
        at = int(np.nanargmin(np.abs(shares - CONFIRMED_AT)))
        counts = (int(model[name].values[at]) for name in ("converging", "forks"))
        models.append(Forks(float(shares[at]), *counts))
    return models


def note(data: xr.Dataset) -> str:
    """Say when these forks of each model are made, as a share of its S."""
    told = zip(data["model"].values, confirming_forks(data), strict=True)
    return "; ".join(
        f"model {name} at {model.share:.1%} of S: P {words(model.chance)}" for name, model in told
    )


CONFIRM = experiment(
    "lookup.r4.confirm",
    ["one_head", "parents", "forks"],
    measure=measure,
    judge=judge,
    criterion=(ALL,),
    note=note,
)
