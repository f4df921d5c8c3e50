"""Report section 4.4: when runs converge, with those that never did censored (Kaplan and Meier).

Expect all convergence within a narrow window of steps, and a flat curve after it.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the share converged with its 95 % band, and a tick at each S."""
    figure, axes = pyplot.subplots()
    x = np.concatenate([[0.0], data["moment"].values.astype(float), [data["time"].values.max()]])

    def steps(name: str) -> np.ndarray:
        share = 1 - data[name].values.astype(float)
        return np.concatenate([[0.0], share, share[-1:] if len(share) else [0.0]])

    axes.step(x, steps("survival"), where="post")
    axes.fill_between(x, steps("low"), steps("high"), step="post", alpha=0.2, linewidth=0)
    times = data["time"].values[data["converged"].values]
    axes.plot(times, np.zeros(len(times)), "|", color="C1", markersize=9)
    axes.set(xlabel="training steps", ylabel="share converged", xlim=(0, None), ylim=(-0.01, None))
    return figure
