"""`dynamicl fork`: how was it going to end, and since when."""

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from ._complaints import complain
from ._options import MOST_RUNS, read_options
from ._progress import progress
from ._selection import run_named
from ._start import prepare, written_command

if TYPE_CHECKING:
    from dynamicl.lab import Fates
    from dynamicl.store import Library, Store


@dataclass(frozen=True)
class Fork:
    """Fork a run's checkpoints under other data seeds and estimate the probability that it converges.

    Attributes:
        library: folder of the library that holds the run.
        run: its id (`dynamicl train` prints it), the beginning of it, or its index; the only run may be left out.
        at: checkpoints to fork, in updates.
        forks: data seeds at each.
        steps: updates of the forks, the parent's included; the parent's length by default.
        optimizer: whether the optimizer's state is kept.
        tolerance: a run has converged where its accuracy stays within this of 1.
        hold: for so many evaluations in a row.
        out: the page to write; `fates.html` inside the library by default.
        json: print JSON.
        place: where to train: here, local, slurm or ray, with its fields after a colon; see "On a cluster".
        dry_run: only say how many runs there would be.
    """

    library: Annotated[Path, tyro.conf.Positional]
    at: tuple[int, ...]
    run: str = ""
    forks: int = 30
    steps: int | None = None
    optimizer: Literal["kept", "fresh"] = "kept"
    tolerance: float = 0.01
    hold: int = 3
    out: Path | None = None
    json: bool = False
    place: str = "here"
    dry_run: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Fork, words, "fork")
    _check_numbers(options)
    prepare()
    from dynamicl.lab import converged, fate, parent_curve, plan_forks
    from dynamicl.lab.places import place_named
    from dynamicl.specs import check
    from dynamicl.store import Library, library_of
    from dynamicl.views import make_fates_page

    where = place_named(options.place)
    complain(options.library)
    library = Library(library_of(options.library))
    runs = _parents(library)
    check(
        bool(runs),
        f"the library {options.library} holds 0 runs: train one into it with `dynamicl train --out`",
    )
    check(
        bool(options.run) or len(runs) == 1,
        f"the library {options.library} holds {len(runs)} runs: name one with --run",
    )
    store, row = library.trajectory().member(run_named(options.run or runs[0], runs))
    run, out = store.runs[row], options.out or options.library / "fates.html"
    check(out.parent.is_dir(), f"--out is {out}, but the folder {out.parent} does not exist: create it first")
    followed: dict[str, Any] = {name: getattr(options, name) for name in ("steps", "optimizer", "hold")}
    outcome = partial(converged, tolerance=options.tolerance, hold=options.hold)
    # With --json, stdout is for the JSON alone.
    said = sys.stderr if options.json else sys.stdout
    said.write(
        f"{len(options.at)} checkpoints x {options.forks} forks = {len(options.at) * options.forks} runs\n"
    )
    said.flush()
    if options.dry_run:
        plan_forks(library.root, run, options.at, options.forks, **followed)
        return 0
    with progress("forks") as listener:
        fates = fate(
            library.root,
            run,
            options.at,
            options.forks,
            **followed,
            outcome=outcome,
            command=written_command(),
            listener=listener,
            place=where,
        )
    target = make_fates_page(
        fates.data, out, parent=parent_curve(library.root, run, outcome), about=_about(store, run, options)
    )
    estimates = _rows(fates)
    if options.json:
        sys.stdout.write(json.dumps(estimates, indent=1) + "\n")
        return 0
    for estimate in estimates:
        sys.stdout.write(_line(estimate))
    sys.stdout.write(f"open {target}\n")
    return 0


def _check_numbers(options: Fork) -> None:
    """Refuse numbers that mean nothing for any library, before one is read."""
    from dynamicl.specs import check

    count = options.forks * len(options.at)
    check(all(step >= 0 for step in options.at), f"--at is {options.at}: checkpoints count from 0")
    check(options.forks >= 1, f"--forks is {options.forks}: give 1 or more")
    check(count <= MOST_RUNS, f"--forks is {options.forks}: {count:,} runs, {MOST_RUNS:,} at most")
    check(0 < options.tolerance < 1, f"--tolerance is {options.tolerance}: give a number above 0 and below 1")
    check(options.hold >= 1, f"--hold is {options.hold}: give 1 evaluation or more")


def _about(store: "Store", run: str, options: Fork) -> list[str]:
    """Say on the page where the forks come from."""
    from dynamicl.files import without_folders

    versions = dict(store.header.get("versions", {}))
    return [
        f"run {run}",
        f"converged: accuracy within {options.tolerance:g} of 1, {options.hold} evaluations in a row",
        f"optimizer {options.optimizer}",
        without_folders(written_command()),
        ", ".join(f"{name} {versions[name]}" for name in ("dynamicl", "jax") if name in versions),
    ]


def _line(row: dict[str, Any]) -> str:
    """Write what became of one checkpoint's forks."""
    words = f"at step {row['at']:>8,}: {row['converged']:>3} of {row['forks']} converged"
    if row["diverged"]:
        words += f" ({row['diverged']} diverged)"
    if row["probability"]:
        value, low, high = row["probability"]
        words += f", P = {value:.2f} [{low:.2f}, {high:.2f}]"
    if row["censored"]:
        words += f"; {row['censored']} more not known: still converging when last seen, give more --steps"
    return words + "\n"


def _rows(fates: "Fates") -> list[dict[str, Any]]:
    """What became of the forks of every checkpoint; `forks` are those whose outcome is known."""
    from dynamicl.statistics import jeffreys

    counts = {int(step): (int(n), int(k)) for step, n, k in zip(*fates.counts(), strict=True)}
    rows = []
    for step, censored, diverged in zip(
        fates.data["at"].values, fates.censored(), fates.diverged(), strict=True
    ):
        forks, good = counts.get(int(step), (0, 0))
        rows.append(
            {
                "at": int(step),
                "forks": forks,
                "converged": good,
                "diverged": int(diverged),
                "censored": int(censored),
                "probability": list(jeffreys(good, forks)) if forks else None,
            }
        )
    return rows


def _parents(library: "Library") -> tuple[str, ...]:
    """Runs that are no forks themselves, so that a command without --run means the same when given again."""
    from dynamicl.specs import from_json

    specs = {
        run: text for store in library.stores() for run, text in zip(store.runs, store.specs, strict=True)
    }
    return tuple(run for run, text in specs.items() if from_json(text).start.how != "fork")
