"""The package's ledger says what its source says."""

import json
from pathlib import Path

import yaml

from dynamicl.studies import STUDIES, ledger
from tooling import load_tool

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tools" / "claims.yaml"


def test_ids_texts_and_criteria_are_those_of_the_source():
    studies = yaml.safe_load(SOURCE.read_text())
    claims = {name: row for rows in studies.values() for name, row in rows.items()}
    rows = ledger()
    assert list(rows) == list(claims) and len(rows) == 133
    for name, claim in claims.items():
        row = rows[name]
        assert row.claim == claim["claim"], name
        assert row.paper == claim.get("paper", ""), name
        assert row.criterion == claim.get("criterion", ""), name
        kinds = [kind for kind in ("figure", "table", "section") if kind in claim]
        assert row.figure in (claim[kinds[0]], f"{kinds[0]} {claim[kinds[0]]}") and len(kinds) == 1, name
    assert sum(bool(row.criterion) for row in rows.values()) == 87


def test_the_file_is_as_the_tool_writes_it():
    tool = load_tool("ledger")
    assert json.loads(tool.LEDGER.read_text()) == tool.rows()


def test_every_claim_has_its_words():
    for name, row in ledger().items():
        assert row.id == name and name.startswith(f"{row.study}.")
        assert row.document and row.figure and row.claim


def test_every_claim_belongs_to_a_study():
    assert {row.study for row in ledger().values()} == set(STUDIES)
