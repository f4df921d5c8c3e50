"""`dynamicl reproduce`: run experiments, judge their claims, draw their figures, make the page."""

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from dynamicl.specs import SpecError

from ._options import check_place, read_options
from ._progress import progress
from ._start import patience, prepare, written_command

if TYPE_CHECKING:
    import xarray as xr

    from dynamicl.studies import Cost


@dataclass(frozen=True)
class Reproduce:
    """Run experiments of a study and judge the claims behind them.

    Attributes:
        names: studies (`induction`) or experiments (`induction.heads`, `lookup.r4.early_fate`).
        scale: smoke, demo, laptop or paper; see `docs/scales.md`.
        out: folder of the library of runs, the results, the figures and the page.
        results: folder of verdicts, figures' data and figures; `OUT/results` by default.
        pages: whether to draw figures and make the page.
        place: where to train: here, local, slurm or ray, with its fields after a colon; see "On a cluster".
        train: whether to train what the library lacks; otherwise its price is written down as "not testable".
        dry_run: say what it would cost and stop.
    """

    names: Annotated[tuple[str, ...], tyro.conf.Positional]
    scale: Literal["smoke", "demo", "laptop", "paper"] = "laptop"
    out: Path = Path("runs")
    results: Path | None = None
    pages: bool = True
    place: str = "here"
    train: bool = True
    dry_run: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Reproduce, words, "reproduce", description=Reproduce.__doc__)
    if not options.names:
        raise SpecError("name at least one study or experiment, e.g. `dynamicl reproduce induction`")
    check_place(options.out)
    check_place(options.results or options.out, "results")
    prepare()
    from dynamicl.lab.places import place_named, submission
    from dynamicl.studies import Lab, conduct, cost_of, find_experiments, put_off, write_outcome

    place = place_named(options.place)
    experiments = find_experiments(options.names)
    library = options.out / "library"
    with patience("reproduce", "planning"):
        cost = cost_of(experiments, options.scale, library)
    _say(
        f"{len(experiments)} experiments at scale {options.scale}: at most {cost.run_steps:,} run-steps; runs in "
        f"{options.out}{_already_there(cost)}"
    )
    if options.dry_run:
        for experiment in experiments:
            _say(f"  {experiment.id}: {cost_of([experiment], options.scale, library).run_steps:,} run-steps")
        sys.stdout.write(submission(place, library))
        return 0
    results = options.results or options.out / "results"
    began = time.monotonic()
    runs: list[tuple[str, ...]] = []
    fates: dict[str, tuple[xr.Dataset, xr.Dataset]] = {}
    for experiment in experiments:
        with progress(experiment.id) as listener:
            lab = Lab(library, options.scale, written_command(), listener, place)
            left = 0 if options.train else cost_of([experiment], options.scale, library).left
            outcome = put_off(experiment, lab, left) if left else conduct(experiment, lab)
        fates |= {f"{experiment.id}, {name}": pair for name, pair in outcome.fates.items()}
        write_outcome(results / experiment.id.partition(".")[0], outcome)
        runs.append(outcome.runs)
        _say(f"{experiment.id}: {outcome.verdict.verdict} ({outcome.verdict.measured})")
    if options.pages:
        _pages(options, results, [experiment.id for experiment in experiments], runs)
        for name, (data, parent) in fates.items():
            _fates(options.out, name, data, parent)
    _say(f"done in {time.monotonic() - began:.0f} s")
    return 0


def _already_there(cost: "Cost") -> str:
    """Name the populations that the library holds, and what remains."""
    if not cost.cached:
        return ""
    return f" (there already: {', '.join(cost.cached)}; at most {cost.left:,} remain)"


def _pages(options: Reproduce, results: Path, names: list[str], runs: list[tuple[str, ...]]) -> None:
    from dynamicl.views import make_figures, make_study_page

    for path in make_figures(results, names, options.out / "figures"):
        _say(f"figure {path}")
        if options.results:
            shutil.copy(path, results / path.name.partition(".")[0] / path.name)
    if any(runs):
        page = make_study_page(options.out / "library", runs, results, names, options.out / "report.html")
        _say(f"open {page}")


def _fates(out: Path, name: str, data: "xr.Dataset", parent: "xr.Dataset") -> None:
    from dynamicl.views import make_fates_page

    target = out / f"fates-{name.replace(', ', '-').replace(' ', '-')}.html"
    page = make_fates_page(data, target, parent=parent, title=f"When was it decided? ({name})")
    _say(f"open {page}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
