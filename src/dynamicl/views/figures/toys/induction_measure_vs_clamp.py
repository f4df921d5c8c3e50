"""Thesis figure 4.7: measures of progress of a in unclamped training, and training with b and c clamped.

Expect both measures to fall with a delay, and the clamped loss (purple, left) at once.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

TITLES = {"loss": "loss", "misalignment": "1 - cos²(a, a*)", "perfected": "loss with b, c at ± their truth"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the first draws, thin, and their median index in the title."""
    figure, panels = pyplot.subplots(1, 3, figsize=(9.6, 2.9))
    for panel, (name, title) in zip(panels, TITLES.items(), strict=True):
        panel.plot(data["step"], data["shown"].sel(curve=name).T, color="#000000", linewidth=0.8)
        index = float(data["index"].sel(curve=name).median())
        panel.set(
            title=f"{title}: index {index:.2f}",
            xlabel="steps",
            ylim=(0, 2 if name != "misalignment" else 1.05),
        )
    lines = panels[0].plot(data["step"], data["shown"].sel(curve="clamped").T, color="#7A3FA8", linewidth=0.8)
    lines[0].set_label(f"b, c clamped: index {float(data['index'].sel(curve='clamped').median()):.2f}")
    panels[0].legend(fontsize=8)
    return figure
