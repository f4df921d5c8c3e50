"""Report Figure 9: P(M, t) of each model at the step nearest to 8 % of its S.

Expect 1 for every model.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.lookup._r4_confirm import confirming_forks


def draw(data: xr.Dataset) -> Figure:
    """Draw that P of each model with its interval, those of its other steps in grey."""
    figure, axes = pyplot.subplots(figsize=(4.5, 3.2))
    for place, model in enumerate(confirming_forks(data)):
        chance, others = model.chance, data["probability"].isel(model=place).values
        axes.plot(np.full(others.size, place), others, ".", color="0.7")
        axes.plot([place, place], [chance.low, chance.high], color=f"C{place}", linewidth=2)
        axes.plot(place, chance.value, "o", color=f"C{place}")
    models = [f"model {model}" for model in data["model"].values]
    axes.set_xticks(range(len(models)), models)
    axes.set(ylabel="P at 8 % of S (grey: other steps)", xlabel="model", ylim=(0, 1.04))
    axes.set_xlim(-0.5, len(models) - 0.5)
    return figure
