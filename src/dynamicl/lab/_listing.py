"""What a library holds, as rows that can be filtered and sorted: the same for lists, exports and clearing up."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dynamicl.specs import check, check_list, nearest
from dynamicl.store import Note, Store, Trajectory, read_notes

CONDITION = re.compile(r"^\s*([\w.@-]+)\s*(>=|<=|!=|=|>|<)\s*(.*?)\s*$")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
Row = dict[str, Any]
NUMBERS = ("step", "steps", "accuracy", "loss", "checkpoints", "megabytes")
"""Columns that hold numbers, even where no run has any."""


def rows_of(trajectory: Trajectory) -> list[Row]:
    """Describe every run.

    Args:
        trajectory: of a library or store.

    Returns:
        For each run `run`, `status`, `step` (the last evaluated one), `steps` (how many it shall have), `accuracy` and
        `loss` (on the training distribution at that step, None where none was recorded), `checkpoints` (how many),
        `megabytes` (its share of its store), `created`, `tags`, `note`, why it failed (`failure`), and `settings`:
        those in which not all runs agree, by dotted path.
    """
    check_trajectory(trajectory)
    shares = {store: _share(store) for store, _ in trajectory.members}
    notes: dict[str, Note] = {}
    for folder in {store.path.parent for store, _ in trajectory.members}:
        notes |= read_notes(folder)
    status, specs = trajectory.status, trajectory.specs
    rows = []
    for place, (store, row) in enumerate(trajectory.members):
        run = store.runs[row]
        note = notes.get(run, Note())
        settings = {name: values[place] for name, values in trajectory.settings.items()}
        rows.append(
            {
                "run": run,
                "status": status[run],
                **_last_scores(trajectory, run),
                "steps": specs[run].get("steps"),
                "checkpoints": len(store.checkpoints_of(row)),
                "megabytes": shares[store],
                "created": store.header.get("created", ""),
                "tags": list(note.tags),
                "note": note.text,
                "failure": store.attributes.get("failure", "") if status[run] == "failed" else "",
                "settings": {name: value for name, value in settings.items() if value is not None},
            }
        )
    return rows


def check_trajectory(trajectory: Any) -> None:
    """Raise `SpecError` for what is no trajectory, as the folder of one."""
    check(
        isinstance(trajectory, Trajectory),
        f"`trajectory` is {trajectory!r}: give one, as `dynamicl.open` returns it",
    )


def matching(rows: Sequence[Row], conditions: Sequence[str] = (), runs: Sequence[str] = ()) -> list[Row]:
    """Choose rows.

    Args:
        rows: as `rows_of` makes them.
        conditions: `NAME=VALUE` with `=`, `!=`, `<`, `<=`, `>` or `>=`, all of which must hold. A name is a column, or
            a setting by its dotted path or the end of it (`learning_rate=1e-3`); numbers are compared as numbers.
        runs: ids or beginnings of them; all where none is given.

    Raises:
        SpecError: a condition that is none, a name that is no column, a number compared with what is none, or a run
            that is not there.
    """
    check_list(conditions, "conditions", "a list of conditions")
    check_list(runs, "runs", "a list of ids")
    for run in runs:
        count = sum(row["run"].startswith(run) for row in rows)
        check(
            bool(run) and count == 1,
            f"`run` is {run!r}, with which {count} ids begin: list them with `dynamicl runs`",
        )
    named = [row for row in rows if not runs or row["run"].startswith(tuple(runs))]
    for condition in conditions:
        parts = CONDITION.match(condition)
        if parts is None:
            check(False, f"`where` is {condition!r}: give NAME=VALUE, e.g. status=failed or 'accuracy>0.9'")
            continue
        column = column_of(rows, parts[1], "where")
        _check_comparable(rows, column, parts[2], parts[3])
        named = [row for row in named if _holds(value_of(row, column), parts[2], parts[3])]
    return named


def in_order(rows: Sequence[Row], by: str, down: bool = False) -> list[Row]:
    """Sort rows by a column or setting; rows without it come last.

    Args:
        rows: as `rows_of` makes them.
        by: a column, or a setting by its dotted path or the end of it.
        down: the largest first.

    Raises:
        SpecError: no row has such a column.
    """
    column = column_of(rows, by, "sort")
    having = [row for row in rows if value_of(row, column) is not None]
    numbers = all(isinstance(value_of(row, column), int | float) for row in having)
    having.sort(
        key=lambda row: value_of(row, column) if numbers else str(value_of(row, column)), reverse=down
    )
    return having + [row for row in rows if value_of(row, column) is None]


def column_of(rows: Sequence[Row], name: str, option: str) -> str:
    """Return the column that a name stands for: itself, or the one setting whose path ends in it.

    Raises:
        SpecError: there is none, or several.
    """
    name = name.replace("-", "_")
    columns = dict.fromkeys(column for row in rows for column in row if column != "settings")
    settings = dict.fromkeys(setting for row in rows for setting in row["settings"])
    if name in columns or name in settings or not rows:
        return name
    ends = [setting for setting in settings if setting.endswith(f".{name}")]
    check(
        len(ends) <= 1,
        f"`{option}` names `{name}`, which may be {', '.join(f'`{end}`' for end in ends)}: give one",
    )
    check(
        bool(ends),
        f"`{option}` names no column or setting `{name}` in which runs differ: did you mean "
        f"{nearest(name, [*columns, *settings])}?",
    )
    return ends[0]


def value_of(row: Mapping[str, Any], column: str) -> Any:
    """Read a column or setting of a row; None where it has none."""
    return row[column] if column in row else row["settings"].get(column)


def _check_comparable(rows: Sequence[Row], column: str, sign: str, text: str) -> None:
    """Refuse what a column's values cannot be compared with: read as text it would choose runs that nobody meant."""
    values = [value for row in rows if (value := value_of(row, column)) is not None]
    if values and all(isinstance(value, bool) for value in values):
        check(
            sign in ("=", "!=") and text.lower() in ("true", "false"),
            f"`where` compares `{column}`, which is true or false, with {sign}{text}: give {column}=true or =false",
        )
    elif column in NUMBERS or (values and all(isinstance(value, int | float) for value in values)):
        check(
            _is_number(text),
            f"`where` compares `{column}`, a number, with {text!r}: give a number such as 0.9 or 1e-3",
        )
    elif any(isinstance(value, list) for value in values):
        check(sign in ("=", "!="), f"`where` asks for `{column}`{sign}{text}: of a list give = or !=")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _holds(value: Any, sign: str, text: str) -> bool:
    if value is None:
        return sign == "!="
    if isinstance(value, list):
        return (text in value) == (sign == "=")
    if isinstance(value, bool):
        return COMPARISONS[sign](str(value).lower(), text.lower())
    try:
        return COMPARISONS[sign](float(value), float(text))
    except (TypeError, ValueError):
        return COMPARISONS[sign](str(value), text)


def _last_scores(trajectory: Trajectory, run: str) -> Row:
    """Return the last evaluated step of a run, and its training scores there."""
    data = trajectory.dataset
    scores: Row = {"step": max(trajectory.member(run)[0].step, 0), "accuracy": None, "loss": None}
    if "accuracy" not in data or "train" not in data["evaluator"].values:
        return scores
    curves = data[["accuracy", "loss"]].sel(run=run, evaluator="train").dropna("step")
    if not curves.sizes["step"]:
        return scores
    last = curves.isel(step=-1)
    return {"step": int(last["step"])} | {name: round(float(last[name]), 6) for name in ("accuracy", "loss")}


def _share(store: Store) -> float:
    """Return a run's share of what its store takes on the disk, in megabytes."""
    files = [file for file in Path(store.path).rglob("*") if file.is_file()]
    return float(np.round(sum(file.stat().st_size for file in files) / len(store.runs) / 1e6, 3))
