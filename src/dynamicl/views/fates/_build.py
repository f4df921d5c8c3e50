"""From what became of forks to one self-contained HTML file."""

import functools
from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from .._standalone import assemble, check_folder, join_scripts, read_asset, write_whole
from ..page._build import asset as page_asset
from ._payload import fates_payload

SHARED = ("base", "data", "watch", "color", "pen", "axes", "panel", "export", "table", "header")
OWN = ("state", "tree", "chances", "curves", "main")


def make_fates_page(
    data: xr.Dataset,
    target: str | Path,
    *,
    parent: xr.Dataset | xr.DataArray | None = None,
    title: str = "When was it decided?",
    about: Sequence[str] = (),
) -> Path:
    """Write the page of a fork experiment.

    Args:
        data: `Fates.data`: dims (at, fork) with `time`, `observed`, `data_seed` and, where there are curves,
            `accuracy` (at, fork, step).
        target: the file to write; its folder must exist.
        parent: the forked run's `accuracy` over `step`, with `time` and `observed` where its own outcome is known
            (they are read off the curve otherwise).
        title: heading.
        about: where the forks come from, a few words each: the run, what counts as converged, command, versions.

    Returns:
        The file.

    Raises:
        ValueError: if the dataset has no forks, or lacks what the tree is drawn from.
        FileNotFoundError: if the folder does not exist.
    """
    check_folder(target)
    return write_whole(target, build(data, parent=parent, title=title, about=about))


def build(
    data: xr.Dataset,
    *,
    parent: xr.Dataset | xr.DataArray | None = None,
    title: str = "When was it decided?",
    about: Sequence[str] = (),
) -> str:
    """Make the page of a fork experiment as HTML text; arguments as for `make_fates_page`."""
    record = fates_payload(data, parent=parent, title=title)
    record["about"]["meta"] += map(str, about)
    return assemble(asset("fates.html"), record, script(), style())


@functools.cache
def asset(name: str) -> str:
    """A file that travels with this package."""
    return read_asset("dynamicl.views.fates", name)


@functools.cache
def script() -> str:
    """What all pages share, then this page's own."""
    shared = [page_asset(f"{name}.js") for name in SHARED]
    return join_scripts([*shared, *(asset(f"{name}.js") for name in OWN)])


def style() -> str:
    """The style sheet of all pages, then this page's own."""
    return page_asset("page.css") + asset("fates.css")
