"""What is kept where nothing was measured: the reason, with the price of having it measured."""

import xarray as xr

_WHY = "unmeasured"
NOTHING_MEASURED = "nothing: "
"""How what was measured begins in a verdict without measurements; the reason follows."""


def unmeasured(why: str) -> xr.Dataset:
    """Return a dataset without measurements.

    Args:
        why: there are none, and what they would cost, in words.
    """
    return xr.Dataset(attrs={_WHY: why})


def why_unmeasured(data: xr.Dataset) -> str:
    """Return why a dataset holds no measurements; empty where it holds some."""
    return str(data.attrs.get(_WHY, ""))
