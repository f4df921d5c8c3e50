"""From a payload to one self-contained HTML text, and to a file.

Takes about a second for sixteen runs with a hundred checkpoints. The page needs no network, server or
installation, and a Content-Security-Policy forbids it to reach out.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from .._standalone import MARK as MARK
from .._standalone import assemble as fill
from .._standalone import check_folder, join_scripts, read_asset, write_whole
from .._standalone import digest as digest
from .._standalone import embed as embed
from ._payload import MEGABYTE, payload

SCRIPTS = [
    "base",
    "data",
    "watch",
    "state",
    "color",
    "pen",
    "axes",
    "panel",
    "export",
    "table",
    "header",
    "timebar",
    "zoom",
    "curves",
    "difference",
    "compare",
    "heads",
    "tokens",
    "attention",
    "seeds",
    "sweep",
    "circuit",
    "steps",
    "clamping",
    "tables",
    "main",
]


def build(
    dataset: xr.Dataset,
    transitions: Sequence[Mapping] = (),
    verdicts: Sequence[Mapping] = (),
    *,
    title: str | None = None,
    studies: Sequence[Mapping] = (),
    clamped_curves: Mapping[str, Mapping] | None = None,
    notes: Sequence[str] = (),
    limit: int = 10 * MEGABYTE,
) -> str:
    """Make the page of a trajectory.

    Args:
        dataset: the trajectory; any variable may be missing.
        transitions: Transition records.
        verdicts: Verdict records.
        title: heading; the dataset's own when None.
        studies: `{name, title, summary}` for the headings of the verdicts.
        clamped_curves: `{step name: {"sequences": (n,), "loss": (runs, n)}}`, shown beside the circuit.
        notes: sentences to stand above everything.
        limit: bytes of the page; larger trajectories are thinned and the page says so.

    Returns:
        HTML text that stands alone.

    Raises:
        ValueError: when the trajectory cannot be thinned to `limit`.
    """
    room = limit - len(style()) - len(script()) - 10_000
    record = payload(
        dataset,
        transitions,
        verdicts,
        title=title,
        studies=studies,
        clamped_curves=clamped_curves,
        notes=notes,
        limit=room,
    )
    return assemble(record)


def write(
    path: str | Path,
    dataset: xr.Dataset,
    transitions: Sequence[Mapping] = (),
    verdicts: Sequence[Mapping] = (),
    **options: Any,
) -> Path:
    """Write the page to a file, all at once: a reader sees the old page or the new one, never half of one.

    Args:
        path: where to; its folder must exist.
        dataset: the trajectory.
        transitions: Transition records.
        verdicts: Verdict records.
        **options: as for `build`.

    Returns:
        The path.

    Raises:
        FileNotFoundError: when the folder does not exist.
    """
    check_folder(path)
    return write_whole(path, build(dataset, transitions, verdicts, **options))


def assemble(record: Mapping) -> str:
    """Put a payload into the template with its policy."""
    return fill(asset("page.html"), record, script(), style())


@functools.cache
def asset(name: str) -> str:
    """A file that travels with this package."""
    return read_asset("dynamicl.views.page", name)


@functools.cache
def script() -> str:
    """The page's scripts."""
    return join_scripts(asset(f"{name}.js") for name in SCRIPTS)


def style() -> str:
    """The style sheet."""
    return asset("page.css")
