"""`dynamicl runs`: what a library holds, one line a run."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from ._complaints import complain, whisper
from ._options import read_options

if TYPE_CHECKING:
    from dynamicl.store import Trajectory

SHORT_ID = 8


@dataclass(frozen=True)
class Runs:
    """List the runs of a library: id, status, last step, training accuracy there, checkpoints, and what sets it apart.

    Attributes:
        library: folder of the library or store, or of results with a library in it.
        json: print JSON, with whole ids.
        csv: print CSV, with whole ids.
    """

    library: Annotated[Path, tyro.conf.Positional]
    json: bool = False
    csv: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Runs, words, "runs")
    from dynamicl.specs import check
    from dynamicl.store import open_trajectory
    from dynamicl.views import readable

    check(not (options.json and options.csv), "give --json or --csv, not both")
    complain(options.library)
    trajectory, problems = readable(open_trajectory(options.library))
    for line in problems:
        whisper(f"dynamicl: {line}")
    rows = rows_of(trajectory)
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif options.csv:
        _write_csv(rows)
    else:
        sys.stdout.writelines(f"{_line(row)}\n" for row in rows)
    return 0


def rows_of(trajectory: "Trajectory") -> list[dict[str, Any]]:
    """Describe every run.

    Args:
        trajectory: of a library or store.

    Returns:
        For each run `run`, `status`, `step` (the last evaluated one), `accuracy` (on the training distribution there,
        None where none was recorded), `checkpoints` (how many) and `settings`, those in which not all runs agree.
    """
    from dynamicl.views import settings_apart

    settings = settings_apart(list(trajectory.specs.values()))
    rows = []
    for (store, place), apart in zip(trajectory.members, settings, strict=True):
        run = store.runs[place]
        step, accuracy = _last_score(trajectory, run)
        row = {"run": run, "status": trajectory.status[run], "step": step, "accuracy": accuracy}
        rows.append({**row, "checkpoints": len(store.checkpoints), "settings": apart})
    return rows


def _last_score(trajectory: "Trajectory", run: str) -> tuple[int, float | None]:
    """Return the last evaluated step of a run, and its training accuracy there."""
    data = trajectory.dataset
    if "accuracy" not in data or "train" not in data["evaluator"].values:
        return max(trajectory.member(run)[0].step, 0), None
    curve = data["accuracy"].sel(run=run, evaluator="train").dropna("step")
    if not curve.size:
        return 0, None
    return int(curve["step"][-1]), round(float(curve[-1]), 6)


def _line(row: dict[str, Any]) -> str:
    accuracy = "     " if row["accuracy"] is None else f"{row['accuracy']:.3f}"
    settings = ", ".join(f"{name} {value}" for name, value in row["settings"].items())
    start = f"{row['run'][:SHORT_ID]}  {row['status']:<8}  step {row['step']:>9,}  accuracy {accuracy}"
    return f"{start}  {row['checkpoints']:>3} checkpoints  {settings}".rstrip()


def _write_csv(rows: list[dict[str, Any]]) -> None:
    """Write a column for each setting that any run has."""
    settings = list(dict.fromkeys(name for row in rows for name in row["settings"]))
    columns = [name for name in rows[0] if name != "settings"]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*columns, *settings])
    for row in rows:
        writer.writerow(
            [row[name] for name in columns] + [row["settings"].get(name, "") for name in settings]
        )
