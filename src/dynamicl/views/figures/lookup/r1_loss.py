"""Report Figure 2: training loss and accuracy of the runs that find the solution.

Expect the loss to drop at the steps at which accuracy rises.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracy above, training loss below, one colour a run, with the middle of each change."""
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(5.2, 4.2), sharex=True)
    for i in range(data.sizes["run"]):
        for axes, name, middle in ((above, "accuracy", "rise"), (below, "train_loss", "drop")):
            axes.plot(data["step"].values, data[name].values[i], color=f"C{i % 8}", linewidth=0.9)
            axes.axvline(data[middle].values[i], color=f"C{i % 8}", linewidth=0.6, linestyle=":")
    above.set(ylabel="accuracy")
    below.set(xlabel="training steps", ylabel="training loss (nats)", ylim=(0, 1.2))
    return figure
