"""Thesis figure 5.4: heads alike on average differ sequence by sequence; temperatures of one head alone and among all.

Expect wide clouds at the left, falling curves in the middle, and some rising ones at the right.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw the leads of the two heads that are most alike, and accuracy by temperature."""
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(9.4, 2.9))
    order = data["mean"].values.argsort()
    first, second = (int(head) for head in order[-2:])
    leads = data["lead"].transpose("sequence", "head").values
    left.plot(leads[:, first], leads[:, second], ".", markersize=3, alpha=0.5)
    link = float(data["correlation"].transpose("head", "other").values[first, second])
    left.set(
        xlabel=f"lead of head {first}",
        ylabel=f"lead of head {second}",
        xlim=(-1.05, 1.05),
        ylim=(-1.05, 1.05),
    )
    left.set_title(f"correlation {link:.2f}", fontsize=8.5)
    for panel, name, words in ((middle, "alone", "one head alone"), (right, "together", "among all heads")):
        panel.plot(data["temperature"], data[name].transpose("temperature", "head"), linewidth=1)
        panel.set_xscale("log", base=2)
        panel.set(xlabel="temperature of one head", ylabel="ciwl", title=words)
    mark_chance(middle)
    return figure
