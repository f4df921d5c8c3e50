"""What a scale leaves out because two cores cannot reach it: the dataset that says so, and at what price it is had."""

import xarray as xr

from ._populations import populations
from ._settings import setting


def left_out(name: str) -> xr.Dataset:
    """Return a dataset without measurements, with the run-steps that a population takes at `paper`."""
    price = populations(setting("paper"))[name].run_steps
    return xr.Dataset(attrs={"run_steps": price})


def price_of(data: xr.Dataset) -> str:
    """Say why nothing was measured; empty where something was."""
    if "run_steps" not in data.attrs:
        return ""
    return f"left out here: {data.attrs['run_steps']:,} run-steps of the full network at scale `paper`"
