"""Thesis figure 5.3: attention of layer-2 heads on ciwl sequences, and accuracy as one head's attention is clamped.

Expect dots (right label) above crosses (other label) in both places, and rising curves.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw attention by place and head, and accuracy by weight."""
    figure, panels = pyplot.subplots(1, 3, figsize=(9.4, 2.9))
    for panel, place in zip(panels, data["place"].values, strict=False):
        panel.plot(data["head"], data["right"].sel(place=place), "o", label="right label")
        panel.plot(data["head"], data["other"].sel(place=place), "x", label="other label")
        panel.set(ylim=(0, 1), xlabel="layer-2 head", title=f"right label in the {place}")
    panels[0].set_ylabel("attention of the query")
    panels[0].legend(fontsize=7)
    panels[2].plot(data["weight"], data["clamped"].transpose("weight", "head"), linewidth=1)
    panels[2].set(xlabel="weight on the right label", ylabel="ciwl, one head alone", ylim=(0, 1))
    mark_chance(panels[2])
    return figure
