"""Report section 4.4: how well a run's fate is predicted from what was recorded up to a step, before anyone converges.

In the report neither norm nor attention pattern tells anything: AUC 1/2. One panel a population; dotted, half of its
earliest S.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the AUC of every feature set over the moment of prediction."""
    # Where too few forks ended either way nothing was predicted.
    populations = data.sizes.get("population", 0) if "features" in data.coords else 0
    figure, panels = pyplot.subplots(
        1, max(1, populations), figsize=(2.8 * max(1, populations) + 0.6, 3), sharey=True, squeeze=False
    )
    for m in range(populations):
        one, axes = data.isel(population=m), panels[0, m]
        for i, name in enumerate(data["features"].values):
            curve = one["auc"].sel(features=name).values
            axes.plot(one["step"].values, curve[:, 0], color=f"C{i}", label=str(name))
            axes.fill_between(
                one["step"].values, curve[:, 1], curve[:, 2], color=f"C{i}", alpha=0.1, linewidth=0
            )
        axes.axhline(0.5, color="0.4", linewidth=0.8)
        axes.axvline(float(one["earliest"]) / 2, color="0.4", linestyle=":")
        axes.set_title(str(one["population"].values), fontsize=8)
        axes.set(ylim=(0, 1.02))
    panels[0, 0].set_ylabel("AUC")
    if populations:
        panels[0, 0].legend(fontsize=7)
    figure.supxlabel("predicted at step")
    return figure
