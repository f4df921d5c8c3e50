"""What a scale leaves out because two cores cannot reach it, and at what price it is had."""

import xarray as xr

from dynamicl.studies._unmeasured import unmeasured

from ._populations import populations
from ._settings import setting


def left_out(name: str) -> xr.Dataset:
    """Return a dataset without measurements, with the run-steps that a population takes at `paper`."""
    price = populations(setting("paper"))[name].run_steps
    return unmeasured(f"left out here: {price:,} run-steps of the full network at scale `paper`")
