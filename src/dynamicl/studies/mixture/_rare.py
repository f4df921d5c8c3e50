"""Figure 2c: classes that are rare are not learnt in weights, even at alpha = 1."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, mean

from ._cells import at, ends_by_cell, line, unequal
from ._populations import experiment
from ._settings import Setting
from ._tradeoff import unended

CHANCES = 3
RARE = Threshold(
    f"in-weights accuracy of the rarest tenth of the classes at alpha = 1, over {CHANCES} times chance",
    "high <",
    1.0,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Read off how the runs with classes drawn by their rank ended; see `ends_by_cell`."""
    return ends_by_cell(scale, unequal(scale), trajectories["unequal_cells"])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the upper end of the interval over runs, in units of 3 / L; while much is being learnt it is open."""
    fixed = {"classes": data.attrs["line_classes"], "burst": 1}
    levels, rare = line(data, "alpha", "rare", **fixed)
    _, rising = line(data, "alpha", "rising", **fixed)
    runs = at(levels, rare, 1.0)
    scaled = mean(runs * data.attrs["labels"] / CHANCES) if runs.size else UNKNOWN
    late = unended([1.0], [at(levels, rising, 1.0)]) if runs.size else ""
    # What is known already is not forgotten by learning on.
    return (RARE.part(scaled, runs.size, late if scaled.high < RARE.value else ""),)


def note(data: xr.Dataset) -> str:
    """Give the mean at each alpha."""
    levels, rare = line(data, "alpha", "rare", classes=data.attrs["line_classes"], burst=1)
    return ", ".join(
        f"alpha {level:g}: {np.mean(runs):.3f}" for level, runs in zip(levels, rare, strict=True)
    )


RARELY = experiment(
    "mixture.rare", ["unequal_cells"], measure=measure, judge=judge, criterion=(RARE,), note=note
)
