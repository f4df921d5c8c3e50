"""The figures of the fine-tuning study from one dataset of cells."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import xarray as xr

from dynamicl.studies.finetuning import ON_CELLS

from ._figures import STYLE


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

    paths = []
    for name, content in _contents(data):
        with pyplot.rc_context(STYLE):
            figure = importlib.import_module(f"dynamicl.views.figures.finetuning.{name}").draw(content)
            paths.append(Path(folder) / f"{name}.png")
            figure.savefig(paths[-1])
            pyplot.close(figure)
    return paths


def _contents(data: xr.Dataset) -> Iterator[tuple[str, xr.Dataset]]:
    """Pair figures with what they draw: claims whose variants have cells, then the curves over rates."""
    variants = {str(name) for name in data["variant"].values}
    for claim in ON_CELLS:
        if variants.issuperset(claim.needs):
            yield claim.id.partition(".")[2], claim.cut(data)
    if any(name.startswith("rate-") for name in variants):
        yield "curves", data
