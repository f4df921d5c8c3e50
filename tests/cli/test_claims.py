import json

import pytest

from dynamicl.studies import (
    NOT_REPRODUCED,
    Lab,
    Outcome,
    find_experiments,
    ledger,
    put_off,
    write_outcome,
    write_verdicts,
)
from studies.samples import DATA, verdict


@pytest.fixture
def results(tmp_path):
    """Results with a verdict of the ledger, one that fails, and one of our own."""
    (tmp_path / "induction").mkdir()
    more = {
        "command": "dynamicl reproduce x",
        "date": "2026-01-01",
        "seconds": 1234.0,
        "versions": {"jax": "1"},
    }
    failing = verdict("induction.heads", data=DATA.assign(best=0.1))
    write_verdicts(tmp_path / "induction", [verdict(**more), failing, verdict("induction.ours")])
    return tmp_path


def test_one_line_a_claim_in_80_columns(dynamicl, results):
    done = dynamicl("claims", "--results", results)
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "") and len(lines) == len(ledger()) + 1
    assert all(len(line) <= 80 for line in lines)
    by_id = {line.split()[0]: line for line in lines}
    assert by_id["induction.plateau"].split()[1] == "reproduced" and by_id["induction.plateau"].endswith("…")
    assert by_id["induction.heads"][29:44].strip() == NOT_REPRODUCED
    assert by_id["induction.clamps"][29:44].strip() == "not run yet"
    assert "induction.ours" in by_id
    assert len(dynamicl("claims", "lookup", "lookup.r4", "--results", results).out.splitlines()) == 17


def test_a_claim_without_measurements_has_its_criterion_and_one_reason(dynamicl, results, tmp_path):
    (heads,) = find_experiments(["induction.heads"])
    outcome = put_off(heads, Lab(tmp_path, "laptop"), 5_000_000)
    write_outcome(results / "induction", outcome)
    lines = dynamicl("claims", "induction.heads", "--results", results).out.splitlines()
    assert [line.split()[0] for line in lines].count("part") == len(heads.criterion)
    assert sum("5,000,000 run-steps" in line for line in lines) == 1


def test_everything_about_a_claim(dynamicl, results):
    done = dynamicl("claims", "induction.plateau", "--results", results)
    assert done.code == 0 and all(len(line) <= 80 for line in done.out.splitlines())
    text = " ".join(done.out.split())
    row = ledger()["induction.plateau"]
    assert f"claim {row.claim}" in text and f"where {row.document} {row.figure}" in text and row.paper in text
    assert "verdict reproduced (scale laptop, n = 4)" in text
    assert "holds best: 0.25 [0.2, 0.3] >= 0.25, n = 2" in text
    assert "holds last of the whole: 6 > 5, n = 4" in text and "note beside it" in text
    assert (
        "again dynamicl reproduce induction.plateau" in text
        and "judge dynamicl judge induction.plateau" in text
    )
    assert "made by dynamicl reproduce x" in text and "2026-01-01, 1,234 s, jax 1" in text
    assert "fails best: 0.1" in " ".join(
        dynamicl("claims", "induction.heads", "--results", results).out.split()
    )


def test_a_claim_that_was_not_run_shows_its_criterion(dynamicl, tmp_path):
    text = " ".join(dynamicl("claims", "induction.clamps", "--results", tmp_path).out.split())
    (experiment,) = find_experiments(["induction.clamps"])
    assert "verdict not run yet" in text
    assert all(f"part {threshold.sentence}" in text for threshold in experiment.criterion)


def test_claims_as_json(dynamicl, tmp_path, results):
    (tmp_path / "none").mkdir()
    everything = json.loads(dynamicl("claims", "--json", "--results", tmp_path / "none").out)
    assert [row["id"] for row in everything] == list(ledger())
    (one,) = json.loads(dynamicl("claims", "induction.plateau", "--json", "--results", tmp_path / "none").out)
    row = ledger()["induction.plateau"]
    assert one == {
        "id": row.id,
        "paper": row.paper,
        "claim": row.claim,
        "document": row.document,
        "figure": row.figure,
        "criterion": "",
        "status": "not run yet",
    }
    (one,) = json.loads(dynamicl("claims", "induction.plateau", "--json", "--results", results).out)
    assert one["verdict"] == "reproduced" and one["parts"][0]["name"] == "best"


def test_claims_that_are_not(dynamicl, tmp_path):
    assert (
        "no claim `induction.plato`: did you mean `induction.plateau`"
        in dynamicl("claims", "induction.plato").line
    )
    (tmp_path / "induction").mkdir()
    (tmp_path / "induction" / "claims.json").write_text("[{")
    line = dynamicl("claims", "--results", tmp_path).line
    assert "claims.json` cannot be read" in line and "make it again with `dynamicl reproduce`" in line


def test_hostile_words_are_words(dynamicl, tmp_path):
    """Neither markup nor escape codes reach the terminal as such."""
    evil = "induction.[/]\x1b[31m\x9b2J"
    (tmp_path / "induction").mkdir()
    write_verdicts(tmp_path / "induction", [verdict(evil, command=f"{evil} [bold]")])
    for words in ((), ("induction.[/]\ufffd[31m\ufffd2J",), ("--json",)):
        done = dynamicl("claims", *words, "--results", tmp_path)
        assert done.code == 0 and "\x1b" not in done.out and "\x9b" not in done.out and "[/]" in done.out


def test_kept_data_are_judged_again(dynamicl, tmp_path, monkeypatch):
    from studies.samples import experiment

    monkeypatch.setattr(
        "dynamicl.studies.find_experiments", lambda names: (experiment(), experiment("induction.heads"))
    )
    write_outcome(tmp_path / "induction", Outcome(verdict(), DATA))
    done = dynamicl("judge", "induction", "--check", "--results", tmp_path)
    lines = done.out.splitlines()
    assert done.code == 0 and lines[0].startswith(
        "induction.plateau: reproduced (best 0.25 [0.2, 0.3] >= 0.25"
    )
    assert lines[1] == "induction.heads: no data to judge; make it with `dynamicl reproduce induction.heads`"
    write_verdicts(tmp_path / "induction", [verdict(data=DATA.assign(best=0.1))])
    done = dynamicl("judge", "induction", "--check", "--results", tmp_path)
    assert done.code == 1 and "induction.plateau: reproduced (claims.json says otherwise)" in done.out
    assert done.err == (
        "dynamicl judge: `claims.json` says something else of induction.plateau: `dynamicl judge induction --write` "
        "puts the verdicts in their place\n"
    )
    assert dynamicl("judge", "induction", "--results", tmp_path).code == 0
    assert dynamicl("judge", "induction", "--write", "--results", tmp_path).code == 0
    assert dynamicl("judge", "induction", "--check", "--results", tmp_path).code == 0


def test_what_cannot_be_judged(dynamicl, tmp_path):
    assert "name at least one study or claim" in dynamicl("judge").line
    assert "no experiment `induction.plato`" in dynamicl("judge", "induction.plato").line
    write_outcome(tmp_path / "induction", Outcome(verdict(), DATA))
    assert "cannot be judged (KeyError" in dynamicl("judge", "induction.plateau", "--results", tmp_path).line
