"""Make the package's ledger from `claims.yaml`: `python tools/ledger.py`."""

import json
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

SOURCE = Path(__file__).with_name("claims.yaml")
LEDGER = Path(__file__).parents[1] / "src" / "dynamicl" / "studies" / "claims.json"
DOCUMENTS = {
    "lookup": "zhao-2023",
    "distribution": "singh-2025 chapter 2",
    "transience": "singh-2025 chapter 3",
    "induction": "singh-2025 chapter 4",
    "coopetition": "singh-2025 chapter 5",
    "mixture": "reddy-2023",
    "finetuning": "barnatan-2023",
}


def rows(source: Path = SOURCE) -> dict[str, dict[str, str]]:
    """Rows as the package keeps them, by id."""
    studies = yaml.safe_load(source.read_text())
    return {name: row(study, claim) for study, claims in studies.items() for name, claim in claims.items()}


def row(study: str, claim: dict[str, Any]) -> dict[str, str]:
    """One row, with the kind of its place in the document put before the number."""
    return {
        "study": study,
        "document": DOCUMENTS[study],
        "figure": place(claim),
        "claim": claim["claim"],
        "paper": claim.get("paper", ""),
        "criterion": claim.get("criterion", ""),
    }


def place(claim: dict[str, Any]) -> str:
    """Where a claim is made: `figure 4.3b`, `section 4.1`, `table 1`."""
    kind = next(kind for kind in ("figure", "table", "section") if kind in claim)
    number = str(claim[kind])
    return number if number == "text" else f"{kind} {number}"


if __name__ == "__main__":
    LEDGER.write_text(json.dumps(rows(), indent=1, ensure_ascii=False) + "\n")
