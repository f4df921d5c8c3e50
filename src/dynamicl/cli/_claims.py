"""`dynamicl claims`: the ledger."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class Claims:
    """Show what the documents claim, and our verdicts.

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
    options = tyro.cli(Claims, args=words, prog="dynamicl claims")
    from dynamicl.specs import check, nearest
    from dynamicl.studies import ledger, read_verdicts

    rows = {
        name: {
            "id": name,
            "paper": row.paper,
            "claim": row.claim,
            "document": row.document,
            "figure": row.figure,
        }
        for name, row in ledger().items()
    }
    for folder in sorted(options.results.glob("*")) if options.results.is_dir() else []:
        for record in read_verdicts(folder):
            rows[record["id"]] = rows.get(record["id"], {}) | record
    for name in options.names:
        known = any(row == name or row.startswith(f"{name}.") for row in rows)
        check(known, f"no claim `{name}`: did you mean {nearest(name, rows)}?")
    chosen = [
        row
        for name, row in rows.items()
        if not options.names or any(name == n or name.startswith(f"{n}.") for n in options.names)
    ]
    if options.json:
        sys.stdout.write(json.dumps(chosen, indent=1, ensure_ascii=False) + "\n")
        return 0
    _table(chosen)
    return 0


COLOURS = {"reproduced": "green", "not reproduced": "red", "not testable at this scale": "yellow"}


def _table(rows: list[dict]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("claim", "document", "figure", "paper", "ours", "n", "verdict", show_lines=True)
    for row in rows:
        verdict = row.get("verdict", "")
        measured = str(row.get("measured", ""))
        colour = COLOURS.get(verdict, "dim")
        table.add_row(
            row["id"],
            row.get("document", ""),
            row.get("figure", ""),
            escape(row.get("paper", "") or row.get("claim", "")),
            escape(measured),
            str(row.get("n", "")),
            f"[{colour}]{verdict or 'not yet tested'}[/]",
        )
    Console(file=sys.stdout).print(table)
