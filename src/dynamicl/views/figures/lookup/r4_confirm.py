"""Report Figure 9: P(M, t) of each model at the last step from which it is forked.

Expect 1 for every model.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.statistics import jeffreys
from dynamicl.studies.lookup._r4_confirm import last_forks


def draw(data: xr.Dataset) -> Figure:
    """Draw the last P of each model with its interval, the earlier ones in grey."""
    figure, axes = pyplot.subplots(figsize=(4.5, 3.2))
    for place, (converging, forks) in enumerate(last_forks(data)):
        chance = jeffreys(converging, forks)
        earlier = data["probability"].isel(model=place).values
        axes.plot(np.full(earlier.size, place), earlier, ".", color="0.7")
        axes.plot([place, place], [chance.low, chance.high], color=f"C{place}", linewidth=2)
        axes.plot(place, chance.value, "o", color=f"C{place}")
    models = [f"model {model}" for model in data["model"].values]
    axes.set_xticks(range(len(models)), models)
    axes.set(ylabel="P, last step forked (grey: earlier ones)", xlabel="model", ylim=(0, 1.04))
    axes.set_xlim(-0.5, len(models) - 0.5)
    return figure
