"""Thesis 4.5: learning times of isolated parts against the whole, and their delays against its delays.

Expect the parts far below the network on the left, and points along the diagonal on the right.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.induction._data import NETWORK, OWN
from dynamicl.studies.induction._fast_parts import ALONE, delays

from ._shared import draw_points, label_times


def draw(data: xr.Dataset) -> Figure:
    """Draw learning times on the study's own task, and delays on the others."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.2))
    times = data["learning_time"]
    for place, circuit in enumerate((NETWORK, *ALONE)):
        own = times.sel(circuit=circuit, task=OWN).values
        draw_points(left, place, own, f"C{place}", logarithmic=True)
    left.set_xticks(range(1 + len(ALONE)), [NETWORK, *ALONE], fontsize=8)
    label_times(left)
    left.set_ylabel("learning time (published sequences)")
    foretold = delays(times.sel(circuit=list(ALONE)).sum("circuit", skipna=False))
    seen = delays(times.sel(circuit=NETWORK))
    right.plot(foretold, seen, "o", color="C0", alpha=0.8)
    ends = np.array([foretold, seen])
    ends = ends[np.isfinite(ends)]
    if ends.size:
        right.plot([ends.min(), ends.max()], [ends.min(), ends.max()], color="0.7", linewidth=1, zorder=0)
    right.set(xlabel="delay of match and copy together", ylabel="delay of the network")
    return figure
