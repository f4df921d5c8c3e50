"""Our own: loss curves on features of a random convolution and of a network trained on photographs.

Expect two bundles with the same plateau at log 2; which of them drops first, and where the published drop lies.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from dynamicl.studies.induction._pretrained import PUBLISHED


def draw(data: xr.Dataset) -> Figure:
    """Draw every run thinly and the mean by encoder, with the published time to 0.4 log 2."""
    figure, axes = pyplot.subplots()
    x = data["sequences"].values
    for place, name in enumerate(data["encoder"].values):
        curves = data["loss"].sel(encoder=name).transpose("sequences", "seed").values
        axes.plot(x, curves, color=f"C{place}", alpha=0.25, linewidth=0.7)
        axes.plot(x, curves.mean(1), color=f"C{place}", label=name)
    axes.axhline(np.log(2), color="0.4", linestyle=":", linewidth=1)
    axes.plot(PUBLISHED, 0.4 * np.log(2), "kx", label="published run at 0.4 log 2")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.set(xlabel="training sequences", ylabel="loss (nats)", title="Which features, and when")
    axes.set_ylim(bottom=0)
    axes.legend()
    return figure
