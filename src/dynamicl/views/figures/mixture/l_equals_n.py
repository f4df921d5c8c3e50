"""Reddy figure 6c: the minimal head with as many labels as pairs, run by run.

Expect some runs to jump to the in-context solution and the rest to stay far below.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._l_equals_n import ends
from dynamicl.studies.mixture._readings import SOLVED

from ._shared import label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw losses, and where runs end against what they attend to."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.0))
    end, attention = ends(data), ends(data, "tila2")
    colours = np.where(end > SOLVED, "#009E73", "#D55E00")
    for curve, colour in zip(data["loss"].transpose("run", "step").values, colours, strict=True):
        panels[0].plot(data["step"], curve, color=str(colour), linewidth=0.7, alpha=0.7)
    panels[1].scatter(attention, end, c=colours, s=14)
    panels[1].axvline(1 / (2 * data.attrs["pairs"] + 1), color="#888888", linewidth=0.8, linestyle=":")
    panels[0].set(ylabel="loss (nats)", ylim=(0, None))
    label_updates(panels[0])
    panels[1].set(xlabel="TILA2 at the end", ylabel="accuracy at the end", xlim=(-0.03, 1.03), ylim=(0, 1.03))
    return figure
