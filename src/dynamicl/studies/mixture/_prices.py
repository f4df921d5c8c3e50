"""What a scale leaves out because two cores cannot reach it, and at what price it is had."""

import xarray as xr

from dynamicl.studies._unmeasured import unmeasured

from ._populations import populations
from ._settings import setting


def left_out(name: str, heads: str = "") -> xr.Dataset:
    """Return a dataset without measurements, with the run-steps that a population takes at `paper`.

    Args:
        name: a population of full networks.
        heads: one of minimal heads that is wanted too; "" for none.
    """
    paper = populations(setting("paper"))
    price = f"{paper[name].run_steps:,} run-steps of the full network"
    if heads:
        price += f" and {paper[heads].run_steps:,} of the minimal head"
    return unmeasured(f"left out here: {price} at scale `paper`")
