"""The figures of the fine-tuning study from one dataset of cells."""

import importlib
from pathlib import Path

import matplotlib
import xarray as xr

from ._figures import STYLE

FIGURES = ("table1", "map_up", "depth", "labels", "recall", "curves")


def draw_finetuning(data: xr.Dataset, folder: str | Path) -> list[Path]:
    """Draw what the cells are enough for, as PNG.

    Args:
        data: of `dynamicl.studies.finetuning.read_cells`.
        folder: where figures go.

    Returns:
        The files.
    """
    matplotlib.use("agg")
    from matplotlib import pyplot

    variants = {str(name) for name in data["variant"].values}
    needs = {name: {"original"} for name in FIGURES} | {
        "labels": {"original", "switched-context", "switched-training", "switched-both"},
        "curves": {name for name in variants if name.startswith("rate-")} or {"rate-"},
    }
    paths = []
    for name in FIGURES:
        if needs[name] <= variants:
            with pyplot.rc_context(STYLE):
                figure = importlib.import_module(f"dynamicl.views.figures.finetuning.{name}").draw(data)
                paths.append(Path(folder) / f"{name}.png")
                figure.savefig(paths[-1])
                pyplot.close(figure)
    return paths
