"""How a trajectory came about: command, cost, machine and versions in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import xarray as xr

from ._records import read_json
from ._words import compact


def about(dataset: xr.Dataset, record: dict) -> dict:
    """Say what was run on what, as a line of short facts and as a table.

    Returns:
        `{command, meta, facts}`: text, list of short texts, list of [name, value].
    """
    attrs = dataset.attrs
    facts = [
        ("created", date_text(attrs.get("created"))),
        ("status", attrs.get("status")),
        ("batch", attrs.get("batch")),
    ]
    if attrs.get("seconds") is not None:
        facts.insert(0, ("time taken", seconds_text(float(attrs["seconds"]))))
    for name in ("machine", "versions"):
        value = read_json(attrs.get(name), attrs.get(name))
        facts += list(value.items()) if isinstance(value, dict) else [(name, value)]
    return {
        "command": str(attrs.get("command") or ""),
        "meta": _meta(record, attrs),
        "facts": [[str(key), str(value)] for key, value in facts if value not in (None, "", [], {})],
    }


def _meta(record: dict, attrs: dict) -> list[str]:
    n = len(record["runs"])
    out = [f"{n} run" if n == 1 else f"{n} runs"]
    if record["steps"]:
        sequences = f" ({compact(record['sequences'][-1])} sequences)" if record["sequences"] else ""
        out.append(f"{compact(record['steps'][-1])} steps{sequences}")
    if record["heads"]:
        layers, heads = len(record["layers"]), len(record["heads"])
        out.append(f"{layers} layer{'s' * (layers > 1)} of {heads} head{'s' * (heads > 1)}")
    if attrs.get("seconds") is not None:
        out.append("trained in " + seconds_text(float(attrs["seconds"])))
    said = [date_text(attrs.get("created")), attrs.get("status")]
    return out + [str(text) for text in said if text]


def date_text(created: object) -> str:
    """Write a time stamp as a date; what is none stays as it is.

    Example:
        >>> date_text("2026-11-26T04:59:11+00:00")
        '26 November 2026, 04:59 UTC'
    """
    try:
        moment = datetime.fromisoformat(str(created))
    except ValueError:
        return str(created or "")
    zone = " UTC" if moment.utcoffset() == timedelta(0) else ""
    return f"{moment.day} {moment:%B %Y, %H:%M}{zone}"


def seconds_text(seconds: float) -> str:
    """Write a duration in its natural unit.

    Example:
        >>> seconds_text(42.0), seconds_text(150.0), seconds_text(7200.0)
        ('42 s', '2.5 min', '2 h')
    """
    if seconds < 90:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 5400 else f"{seconds / 3600:.3g} h"
