"""Figure A.3: the two-parameter head with the deep classifier depends on the data as the full network does."""

import xarray as xr

from dynamicl.statistics import correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt

from ._cells import LEVELS, ends_by_cell, grid
from ._populations import experiment
from ._prices import left_out
from ._settings import Setting
from ._tradeoff import STILL_RISING

ALIKE = {
    name: Threshold(f"rank correlation over cells of {label} accuracy with the full network's", ">", 0.8)
    for name, label in (("novel", "novel"), ("in_weights", "in-weights"))
}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Read off how the runs of every cell ended, for both networks.

    Returns:
        `novel`, `in_weights`, `rising` (network, cell, seed), the full network first.
    """
    if "cells" not in trajectories:
        return left_out("cells", heads="minimal_cells")
    both = [ends_by_cell(scale, grid(scale), trajectories[name]) for name in ("cells", "minimal_cells")]
    joined = xr.concat(both, xr.Variable("network", ["full", "head"]), coords="minimal", compat="override")
    return joined.drop_vars("rare")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare the means of the cells; any that still rises leaves the order of all open."""
    rising = data["rising"].mean("seed").values
    unended = int((rising > STILL_RISING).sum())
    late = f"{unended} of {rising.size} cells were still rising at the end" if unended else ""
    parts = []
    for name, bar in ALIKE.items():
        full, head = data[name].mean("seed").transpose("network", "cell").values
        alike, _ = attempt(correlation_interval, full, head, kind="spearman")
        parts.append(bar.part(alike or UNKNOWN, full.size, late))
    return tuple(parts)


def note(data: xr.Dataset) -> str:
    """Say what varies over cells."""
    return f"{data.sizes['cell']} cells of {', '.join(LEVELS.values())}, {data.sizes['seed']} runs each"


TWO_PARAMETER = experiment(
    "mixture.two_parameter",
    ["minimal_cells", "cells"],
    measure=measure,
    judge=judge,
    criterion=tuple(ALIKE.values()),
    note=note,
)
