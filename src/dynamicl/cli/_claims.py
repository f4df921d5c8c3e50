"""`dynamicl claims`: the ledger, one line a claim; or everything about one."""

import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from ._complaints import whisper
from ._options import check_results, read_options

if TYPE_CHECKING:
    from dynamicl.studies import Row

WIDTH = 80
ID_WIDTH, STATUS_WIDTH = 28, 15
SHORT = {"not testable at this scale": "not testable"}
NOT_RUN = "not run yet"
NO_RESULTS = "no results here"


@dataclass(frozen=True)
class Claims:
    """Show what the documents claim, and our verdicts: one line a claim, or everything about a claim that is named.

    Attributes:
        names: studies or claims; all by default.
        results: folder of verdicts, one folder a study.
        json: print JSON.
    """

    names: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    results: Path = Path("docs/results")
    json: bool = False


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Claims, words, "claims")
    from dynamicl.specs import check, nearest

    check_results(options.results, Claims.results)
    rows = _rows(options.results)
    wanted: set[str] = set()
    for name in options.names:
        below = [row for row in rows if row == name or row.startswith(f"{name}.")]
        check(bool(below), f"no claim `{name}`: did you mean {nearest(name, rows)}?")
        wanted.update(below)
    if not options.results.is_dir():
        whisper(f"dynamicl claims: no verdicts at {options.results}: give the folder with --results")
    named = {row: record for row, record in rows.items() if row in wanted or not options.names}
    if options.json:
        sys.stdout.write(json.dumps(list(named.values()), indent=1, ensure_ascii=False) + "\n")
        return 0
    whole = set(options.names)
    lines = [_everything(one) if name in whole else [_line(one)] for name, one in named.items()]
    sys.stdout.writelines(f"{line}\n" for group in lines for line in group)
    return 0


def _rows(results: Path) -> dict[str, dict[str, Any]]:
    """Return the ledger's rows with what `results` says of them, by id; then findings of our own."""
    from dynamicl.studies import ledger, read_verdicts

    status = NOT_RUN if results.is_dir() else NO_RESULTS
    rows = {name: _row(row, status) for name, row in ledger().items()}
    for folder in sorted(results.glob("*")) if results.is_dir() else []:
        for record in read_verdicts(folder):
            rows[record["id"]] = rows.get(record["id"], {}) | record
    return rows


def _row(row: "Row", status: str) -> dict[str, Any]:
    names = ("id", "paper", "claim", "document", "figure", "criterion")
    return {name: getattr(row, name) for name in names} | {"status": status}


def _status(record: Mapping[str, Any]) -> str:
    verdict = record.get("verdict") or record.get("status", NOT_RUN)
    return SHORT.get(verdict, verdict)


def _line(record: Mapping[str, Any]) -> str:
    """Write a claim in one line of 80 columns."""
    start = f"{record['id']:<{ID_WIDTH}} {_status(record):<{STATUS_WIDTH}}"
    claim = str(record.get("claim", ""))
    room = WIDTH - len(start) - 1
    return f"{start} {claim if len(claim) <= room else claim[: room - 1].rstrip() + '…'}".rstrip()[:WIDTH]


def _everything(record: Mapping[str, Any]) -> list[str]:
    """Write a claim with its criterion, parts, numbers, figure, and how to run it again."""
    place = " ".join(filter(None, (record.get("document", ""), record.get("figure", ""))))
    verdict = _status(record)
    if record.get("scale"):
        verdict += f" (scale {record['scale']}, n = {record['n']})"
    fields = {
        "claim": record.get("claim", ""),
        "where": place,
        "paper": record.get("paper", ""),
        "criterion": record.get("criterion", ""),
        "verdict": verdict,
    }
    lines = [record["id"]]
    for name, text in fields.items():
        lines += _field(name, str(text))
    lines += _parts(record)
    lines += _field("note", str(record.get("note", "")))
    study = record["id"].partition(".")[0]
    fields = {
        "data": f"{study}/{record['id']}.json, figure {record['id']}.png" if record.get("scale") else "",
        "made by": record.get("command", ""),
        "when": _when(record),
        "again": f"dynamicl reproduce {record['id']} --scale {record.get('scale') or 'laptop'}",
        "judge": f"dynamicl judge {record['id']}" if record.get("scale") else "",
    }
    for name, text in fields.items():
        lines += _field(name, str(text))
    return lines


def _parts(record: Mapping[str, Any]) -> list[str]:
    """Write the parts of the criterion: as they were judged, else as they will be."""
    from dynamicl.studies import NOTHING_MEASURED, STUDIES, find_experiments

    nothing = str(record.get("measured", "")).startswith(NOTHING_MEASURED)
    if record.get("parts") and not nothing:
        lines = []
        for part in record["parts"]:
            outcome = {True: "holds", False: "fails", None: "undecided"}[part["holds"]]
            lines += _field(outcome, _numbers(part))
        return lines
    if record["id"].partition(".")[0] not in STUDIES:
        return []
    (experiment,) = find_experiments([record["id"]])
    bars = [line for threshold in experiment.criterion for line in _field("part", threshold.sentence)]
    return bars + (_field("measured", record["measured"]) if nothing else [])


def _numbers(part: Mapping[str, Any]) -> str:
    value, low, high, threshold = (
        "unknown" if part[name] is None else f"{part[name]:.4g}"
        for name in ("value", "low", "high", "threshold")
    )
    interval = f" [{low}, {high}]" if part["low"] is not None and part["high"] is not None else ""
    why = f"; {part['undecided']}" if part.get("undecided") else ""
    return f"{part['name']}: {value}{interval} {part['comparison']} {threshold}, n = {part['n']}{why}"


def _when(record: Mapping[str, Any]) -> str:
    if not record.get("date"):
        return ""
    versions = ", ".join(f"{name} {version}" for name, version in record.get("versions", {}).items())
    return f"{record['date']}, {record.get('seconds', 0):,.0f} s, {versions}"


def _field(name: str, text: str) -> list[str]:
    """Write a field over as many lines as it takes; nothing where it is empty."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12, break_on_hyphens=False
    )
