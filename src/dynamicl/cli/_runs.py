"""`dynamicl runs`: what a library holds, one line a run."""

import csv
import json
import sys
from dataclasses import dataclass
from typing import Any

from ._complaints import complain
from ._options import read_options
from ._selection import Selection, selected

SHORT_ID = 8


@dataclass(frozen=True)
class Runs(Selection):
    """List the runs of a library: id, status, last step, training accuracy, checkpoints, size, what sets them apart.

    Attributes:
        sort: a column or setting, e.g. `accuracy`.
        down: sort the largest first.
        json: print JSON, with whole ids.
        csv: print CSV, with whole ids.
    """

    sort: str = ""
    down: bool = False
    json: bool = False
    csv: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Runs, words, "runs")
    from dynamicl.lab import in_order
    from dynamicl.specs import check

    check(not (options.json and options.csv), "give --json or --csv, not both")
    complain(options.library)
    rows = selected(options)
    if options.sort:
        rows = in_order(rows, options.sort, options.down)
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif options.csv:
        _write_csv(rows)
    else:
        apart = _telling_settings(rows)
        sys.stdout.writelines(f"{_line(row, apart)}\n" for row in rows)
    return 0


def _telling_settings(rows: list[dict[str, Any]]) -> list[str]:
    """Return the settings worth a place in a line: of those that change together, the first."""
    patterns: dict[str, str] = {}
    for name in dict.fromkeys(name for row in rows for name in row["settings"]):
        values = [json.dumps(row["settings"].get(name)) for row in rows]
        places = list(dict.fromkeys(values))
        if len(places) > 1:
            patterns.setdefault(str([places.index(value) for value in values]), name)
    return list(patterns.values())


def _line(row: dict[str, Any], apart: list[str]) -> str:
    accuracy = "     " if row["accuracy"] is None else f"{row['accuracy']:.3f}"
    settings = [f"{name} {row['settings'][name]}" for name in apart if name in row["settings"]]
    words = [*settings, *(f"#{tag}" for tag in row["tags"]), *filter(None, [row["note"], row["failure"]])]
    start = f"{row['run'][:SHORT_ID]}  {row['status']:<8}  step {row['step']:>9,}  accuracy {accuracy}"
    size = f"{row['checkpoints']:>3} checkpoints  {row['megabytes']:>7.1f} MB"
    return f"{start}  {size}  {', '.join(words)}".rstrip()


def _write_csv(rows: list[dict[str, Any]]) -> None:
    """Write a column for each setting that any run has."""
    settings = list(dict.fromkeys(name for row in rows for name in row["settings"]))
    columns = [name for name in (rows[0] if rows else {}) if name != "settings"]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*columns, *settings])
    for row in rows:
        flat = {**row, "tags": " ".join(row["tags"])}
        writer.writerow(
            [flat[name] for name in columns] + [row["settings"].get(name, "") for name in settings]
        )
