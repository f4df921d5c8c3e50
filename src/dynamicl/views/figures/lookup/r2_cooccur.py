"""Report Figure 5: accuracy and the accuracy of attention rules over training, one panel an exact run.

Expect the attention to fall into its last pattern (learnt rule) while accuracy jumps.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

MOST = 6


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracy, the report's rule and the rule learnt from the run's own last pattern."""
    runs = min(MOST, data.sizes["run"])
    figure, panels = pyplot.subplots(runs, 1, figsize=(5.2, 1.3 * runs + 0.8), sharex=True, squeeze=False)
    for i, axes in enumerate(panels.flat):
        axes.plot(data["step"].values, data["accuracy"].values[i], label="accuracy")
        axes.plot(data["checkpoint"].values, data["learnt"].values[i], label="learnt rule")
        axes.plot(data["step"].values, data["fixed"].values[i], label="report's rule", linewidth=0.9)
        axes.set(ylim=(0, 1.02))
        axes.set_title(f"seed {int(data['seed'].values[i])}", fontsize=8)
    panels[0, 0].legend(fontsize=7)
    figure.supxlabel("training steps")
    return figure
