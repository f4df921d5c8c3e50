"""Thesis figure 3.7: icl and iwl at Zipf exponents 0, 1 and 2.

Expect a later, flatter hump at 1 and none at 2.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw both by exponent; runs at 1 are longer."""
    figure, panels = pyplot.subplots(1, 2, figsize=(6.8, 2.8))
    for panel, name in zip(panels, ("icl", "iwl"), strict=True):
        for place, exponent in enumerate(data["exponent"].values):
            runs = data[name].isel(exponent=place).transpose(..., "sequences").values
            draw_runs(panel, data["sequences"].values, runs, f"C{place}", f"{exponent:g}")
        longer = data[f"skewed_{name}"].transpose(..., "skewed_sequences").values
        draw_runs(panel, data["skewed_sequences"].values, longer, "C2", "1")
        panel.set(ylabel=name)
        label_sequences(panel)
    mark_chance(panels[0])
    panels[0].legend(fontsize=6.5, title="exponent", title_fontsize=6.5)
    return figure
