"""`dynamicl export`: some runs as a folder for others, or what was recorded as one file."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ._options import check_place, read_options
from ._selection import Selection, selected

TABLES = (".csv", ".nc", ".parquet")
OTHER_FILES = (
    ".json",
    ".tsv",
    ".txt",
    ".xlsx",
    ".h5",
    ".hdf5",
    ".npz",
    ".npy",
    ".zip",
    ".feather",
    ".md",
    ".zarr",
)
"""Endings that say that a file is meant."""


@dataclass(frozen=True)
class Export(Selection):
    """Hand runs on: OUT.csv or OUT.nc is one file of all that was recorded, any other OUT a folder with a card.

    Attributes:
        out: `NAME.csv` (a long table), `NAME.nc` (netCDF) or a new folder (library with weights, and README.md).
        variables: of a file, e.g. `loss accuracy`; all by default.
        title: of the card.
        licence: named on the card, e.g. `CC-BY-4.0`.
    """

    out: Annotated[Path, tyro.conf.Positional] = Path("export")
    variables: tuple[str, ...] = ()
    title: str = ""
    licence: str = ""


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Export, words, "export")
    from dynamicl.lab import export, write_table
    from dynamicl.specs import check
    from dynamicl.store import Library, Trajectory, open_trajectory

    is_file = options.out.suffix in TABLES
    for name in ("title", "licence"):
        check(
            not is_file or not getattr(options, name),
            f"`{name}` is for the card of a folder: give OUT as a folder, or leave it out",
        )
    meant = options.out.suffix.lower()
    check(
        is_file or not (meant in TABLES or meant in OTHER_FILES),
        f"`out` is {options.out}, which is no folder's name: give NAME.csv (a long table) or NAME.nc (netCDF)",
    )
    check_place(options.out.parent)
    runs = [row["run"] for row in selected(options)]
    check(bool(runs), "no run is chosen: list what there is with `dynamicl runs`")
    if is_file:
        whole = open_trajectory(options.library)
        chosen = Trajectory([whole.member(run) for run in runs])
        sys.stdout.write(f"{len(runs)} runs in {write_table(chosen, options.out, options.variables)}\n")
        return 0
    check(
        not options.variables, "`variables` is for a file: give OUT as NAME.csv or NAME.nc, or leave it out"
    )
    folder = export(options.library, runs, options.out, title=options.title, licence=options.licence)
    sys.stdout.write(
        f"{len(Library(folder / 'library').runs)} runs in {folder}, described in {folder / 'README.md'}\n"
    )
    return 0
