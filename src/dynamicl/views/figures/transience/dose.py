"""Our own: icl by the share of sequences that keep it, from the start and from the middle on; penalties; pulses.

Expect darker lines to stay high at the left and to come back in the middle, and pulses at the right to pass.
"""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dynamicl.studies.transience._dose_runs import MOMENTS, WINDOW
from dynamicl.views.figures._strategies import label_sequences, mark_chance

PULSES = {"nothing": "0.6", "matched": "#009E73", "in-context-only": "#D55E00"}


def draw(data: xr.Dataset) -> Figure:
    """Draw one row a kind of sequence or penalty, one colour a share or strength; a column for pulses."""
    kinds = data["kind"].values.tolist()
    figure, panels = pyplot.subplots(len(kinds) + 1, 3, figsize=(10, 2.4 * (len(kinds) + 1)), sharey=True)
    for row, kind in zip(panels, kinds, strict=False):
        _draw_levels(row[0], data, "icl", "share", kind=kind)
        row[0].plot(data["sequences"], data["free_icl"], color="0.6", linewidth=1, label="none")
        _draw_levels(row[1], data, "rescued_icl", "share", kind=kind)
        row[0].set_title(f"{kind}, from the start", fontsize=8)
        row[1].set_title(f"{kind}, from the middle on", fontsize=8)
    _draw_levels(panels[-1, 0], data, "mlp_icl", "strength")
    panels[-1, 0].plot(data["sequences"], data["mlp_free_icl"], color="0.6", linewidth=1, label="none")
    _draw_levels(panels[-1, 1], data, "mlp_rescued_icl", "strength")
    panels[-1, 0].set_title("penalty on the MLPs, from the start", fontsize=8)
    panels[-1, 1].set_title("penalty on the MLPs, from the middle on", fontsize=8)
    for axes, moment in zip(panels[:, 2], MOMENTS, strict=False):
        _draw_pulses(axes, data, moment)
    for axes in panels[len(MOMENTS) :, 2]:
        axes.remove()
    for axes in figure.axes:
        mark_chance(axes)
        label_sequences(axes)
    for axes in panels[:, 0]:
        axes.set(ylabel="icl", ylim=(0.3, 1))
        axes.legend(fontsize=6.5)
    panels[0, 2].legend(fontsize=6.5)
    return figure


def _draw_levels(axes: Axes, data: xr.Dataset, name: str, dim: str, **where: Any) -> None:
    """Draw one line a level, darker for more."""
    table = data[name].sel(where)
    (axis,) = (str(one) for one in table.dims if str(one).endswith("sequences"))
    levels = table[dim].values
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(levels)))
    for level, shade in zip(levels, shades, strict=True):
        curve = table.sel({dim: level})
        axes.plot(curve[axis], curve, color=shade, linewidth=1, label=f"{level:g}")


def _draw_pulses(axes: Axes, data: xr.Dataset, moment: str) -> None:
    """Draw windows and what came after them over the main run, in its time."""
    axes.plot(data["sequences"], data["free_icl"], color="0.85", linewidth=1)
    begin = MOMENTS[moment] * float(data["sequences"][-1])
    end = begin + WINDOW * float(data["sequences"][-1])
    for pulse, colour in PULSES.items():
        during, after = (data[name].sel(moment=moment, pulse=pulse) for name in ("pulsed_icl", "after_icl"))
        axes.plot(begin + data["pulsed_sequences"], during, color=colour, linewidth=1, label=pulse)
        axes.plot(end + data["after_sequences"], after, color=colour, linewidth=1)
    axes.axvspan(begin, end, color="0.93", zorder=0)
    axes.set_title(f"pulses, {moment}", fontsize=8)
