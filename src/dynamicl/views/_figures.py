"""Figures for papers: one short script each, found by the experiment's name, drawn from its kept data."""

import importlib
import importlib.util
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib import rcsetup

from dynamicl.studies import read_outcome, why_unmeasured

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "figure.figsize": (5.2, 3.2),
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "savefig.dpi": 160,
    "pdf.fonttype": 42,
    "axes.prop_cycle": rcsetup.cycler(
        color=["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B4C9A", "#000000"]
    ),
}


def make_figures(results: str | Path, names: Sequence[str], folder: str | Path) -> list[Path]:
    """Draw the figures of experiments as PNG and PDF.

    Args:
        results: folder with one folder of results a study.
        names: of experiments; those without a figure script are passed over.
        folder: where figures go.

    Returns:
        The PNG files.
    """
    matplotlib.use("agg")
    from matplotlib import pyplot

    folder, made = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        module = script_of(name)
        if module is None:
            continue
        data = read_outcome(Path(results) / name.partition(".")[0], name)
        with pyplot.rc_context(STYLE):
            why = why_unmeasured(data)
            figure = _empty(why) if why else importlib.import_module(module).draw(data)
            for ending in ("png", "pdf"):
                figure.savefig(
                    folder / f"{name}.{ending}", metadata={"Creator": "dynamicl"} if ending == "pdf" else {}
                )
            pyplot.close(figure)
        made.append(folder / f"{name}.png")
    return made


def _empty(why: str) -> "Figure":
    """Return a frame that says why there is nothing to draw."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.2, 1.6))
    axes.text(
        0.5,
        0.5,
        textwrap.fill(f"not measured: {why}", 44, break_on_hyphens=False),
        ha="center",
        va="center",
        fontsize=8,
    )
    axes.set_axis_off()
    return figure


def script_of(name: str) -> str | None:
    """Return the module that draws an experiment's figure, named as the claim; `None` where there is none."""
    study, _, claim = name.partition(".")
    module = f"dynamicl.views.figures.{study}.{claim.replace('.', '_')}"
    try:
        return module if importlib.util.find_spec(module) else None
    except ModuleNotFoundError:
        return None
