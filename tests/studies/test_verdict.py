import json

import pytest

from dynamicl.specs import SpecError
from dynamicl.studies import REPRODUCED, Threshold, Verdict, ledger
from dynamicl.studies._verdict import outcome_of
from studies.samples import verdict

RECORD = {
    "id",
    "document",
    "figure",
    "claim",
    "paper",
    "parts",
    "measured",
    "interval",
    "n",
    "note",
    "scale",
    "verdict",
    "command",
    "versions",
    "machine",
    "date",
    "seconds",
}


def test_a_record_is_json_with_all_its_fields():
    record = verdict(command="dynamicl reproduce x", seconds=1.5).record()
    assert set(record) == RECORD and json.loads(json.dumps(record)) == json.loads(json.dumps(record))
    row = ledger()["induction.plateau"]
    assert (record["claim"], record["paper"]) == (row.claim, row.paper)
    assert (record["document"], record["figure"]) == (row.document, row.figure)
    assert record["verdict"] == REPRODUCED and record["note"] == "beside it"
    assert record["measured"] == "best 0.25 [0.2, 0.3] >= 0.25: holds; last of the whole 6 > 5: holds"
    assert record["interval"] == (0.2, 0.3) and record["n"] == 4
    assert [part["holds"] for part in record["parts"]] == [True, True]
    assert record["parts"][1]["low"] is None


def test_the_interval_is_that_of_the_first_part_that_has_one():
    bar = Threshold("x", ">", 0.0)
    assert outcome_of([bar.part(1.0, 3), bar.part((1.0, 0.5, 2.0), 2)])["interval"] == (0.5, 2.0)
    assert outcome_of([bar.part(1.0, 3)])["interval"] is None
    assert outcome_of([])["n"] == 0


def test_a_verdict_is_one_of_three():
    with pytest.raises(
        SpecError, match="`verdict` is 'true': choose one of 'reproduced', 'not reproduced', 'not testable"
    ):
        Verdict(id="x.y", scale="laptop", verdict="true")
