"""`dynamicl report`: the page of a trajectory."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ._complaints import complain
from ._options import check_results, read_options


@dataclass(frozen=True)
class Report:
    """Make one self-contained page of a store or library.

    Attributes:
        path: folder of the store or library.
        out: the file to write; `report.html` inside the folder by default.
        results: folder of a reproduction's results: verdicts to show, and curves with steps of the circuit clamped.
        forks: show forks and failed runs as well.
    """

    path: Annotated[Path, tyro.conf.Positional]
    out: Path | None = None
    results: Path | None = None
    forks: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Report, words, "report")
    from dynamicl.studies import read_verdicts
    from dynamicl.views import make_page

    complain(options.path)
    check_results(options.results)
    folders = sorted(options.results.glob("*")) if options.results else []
    verdicts = [record for folder in folders for record in read_verdicts(folder)]
    target = make_page(
        options.path,
        options.out or options.path / "report.html",
        verdicts,
        results=options.results,
        forks=options.forks,
    )
    sys.stdout.write(f"open {target}\n")
    return 0
