"""Report Figures 9, 10 and 11: P(M, t), and forks of three steps.

In the report P reaches 1 at a twentieth of S. Above, one panel a model: P with Jeffreys intervals, the rising fit with
its band, S dotted. Below, accuracy of the forks at the first, a middle and the last step.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the fates of every model."""
    models = data.sizes["model"]
    figure, panels = pyplot.subplots(
        4, models, figsize=(3.4 * models, 6.6), squeeze=False, height_ratios=(2, 1, 1, 1)
    )
    for m in range(models):
        one = data.isel(model=m)
        above = panels[0, m]
        at, p = one["fork_step"].values.astype(float), one["probability"].values
        above.errorbar(
            at, p, [p - one["low"].values, one["high"].values - p], fmt="o", markersize=3, color="C0"
        )
        above.plot(at, one["rising"].values, color="C0", linewidth=1)
        above.fill_between(
            at, one["rising_low"].values, one["rising_high"].values, color="C0", alpha=0.15, linewidth=0
        )
        above.axvline(float(one["S"]), color="0.4", linestyle=":")
        above.set(ylim=(-0.03, 1.03), xlabel="forked at step t")
        above.set_xscale("symlog", linthresh=max(1.0, at[1]))
        above.set_xlim(-0.05 * max(1.0, at[1]))
        above.set_title(f"model {int(one['model'])}", fontsize=8)
        shown = [0, len(at) // 2, len(at) - 1]
        for i, axes in enumerate(panels[1:, m]):
            axes.plot(one["step"].values, one["accuracy"].values[i].T, color="C1", linewidth=0.5, alpha=0.6)
            axes.axvline(at[shown[i]], color="0.4", linewidth=0.8)
            axes.set(ylim=(0, 1.02), xlim=(0, None))
            axes.text(0.02, 0.8, f"t = {at[shown[i]]:.0f}", transform=axes.transAxes, fontsize=7)
            if i < 2:
                axes.set_xticklabels([])
    panels[0, 0].set_ylabel("P(M, t)")
    panels[2, 0].set_ylabel("accuracy")
    figure.supxlabel("training steps")
    return figure
