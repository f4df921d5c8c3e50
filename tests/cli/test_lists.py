"""Commands that only list: sites and claims; and progress as lines."""

import io
import json
import sys

import pytest

from dynamicl.cli import _progress as module
from dynamicl.cli._progress import progress
from dynamicl.lab import Progress
from dynamicl.studies import ledger


def test_sites_are_listed_with_axes_and_shapes(dynamicl):
    done = dynamicl(
        "sites", "--model.layers", "1", "--model.heads", "2", "--model.d-model", "8", "--pairs", "3"
    )
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line.strip()}
    assert rows["layers.0.attn.pattern"] == ["head", "query", "key", "2", "7", "7"]
    assert rows["logits"] == ["output", "5"]
    assert "layers.1.pre" not in rows


def test_sites_of_a_model_that_cannot_be(dynamicl):
    line = dynamicl("sites", "--model.d-model", "7", "--model.heads", "2").line
    assert line.startswith("dynamicl sites: `model.d_model` is 7: give a multiple of `model.heads` 2")


def test_claims_as_json(dynamicl, tmp_path):
    everything = json.loads(dynamicl("claims", "--json", "--results", tmp_path).out)
    assert {row["id"] for row in everything} == set(ledger())
    one = json.loads(dynamicl("claims", "induction.plateau", "--json", "--results", tmp_path).out)
    row = ledger()["induction.plateau"]
    expected = {
        "id": row.id,
        "paper": row.paper,
        "claim": row.claim,
        "document": row.document,
        "figure": row.figure,
    }
    assert one == [expected]
    study = json.loads(dynamicl("claims", "lookup", "--json", "--results", tmp_path).out)
    assert study and all(row["id"].startswith("lookup.") for row in study)


def test_claims_show_our_verdicts(dynamicl, tmp_path):
    records = [
        {"id": "induction.plateau", "verdict": "reproduced", "measured": "[about] 0.69 [0.68, 0.70]", "n": 5},
        {"id": "induction.ours", "verdict": "not reproduced", "measured": 1.5, "n": 2},
    ]
    (tmp_path / "induction").mkdir()
    (tmp_path / "induction" / "claims.json").write_text(json.dumps(records))
    found = json.loads(dynamicl("claims", "induction.plateau", "--json", "--results", tmp_path).out)
    assert found[0]["verdict"] == "reproduced" and found[0]["figure"] == ledger()["induction.plateau"].figure
    table = dynamicl("claims", "induction.plateau", "induction.ours", "--results", tmp_path)
    assert table.code == 0
    text = " ".join(table.out.split())
    assert "[about]" in text and "reproduced" in text and "induction.ours" in text
    assert "not yet tested" in dynamicl("claims", "lookup", "--results", tmp_path).out


def test_claims_that_are_not(dynamicl, tmp_path):
    assert (
        "no claim `induction.plato`: did you mean `induction.plateau`"
        in dynamicl("claims", "induction.plato").line
    )
    (tmp_path / "induction").mkdir()
    (tmp_path / "induction" / "claims.json").write_text("[{")
    line = dynamicl("claims", "--results", tmp_path).line
    assert "claims.json` cannot be read" in line and "make it again with `dynamicl reproduce`" in line


NOW = Progress(1, 2, 16, 500, 1000, 8000, 32000, 10.0, 0.693, 800.0)


def test_progress_is_a_line_now_and_then_where_nobody_watches(capsys, monkeypatch):
    monkeypatch.setattr(module, "EVERY", 3600.0)
    with progress("training") as listen:
        listen(NOW)
        listen(NOW)
    line = "training: 25 %  cohort 1/2, 16 runs, step 500/1,000, 800 run-steps/s, loss 0.693, 30 s left\n"
    assert capsys.readouterr().err == line


def test_progress_is_a_bar_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_PROGRESS", raising=False)
    with progress("training") as listen:
        listen(NOW)
    assert "training" in screen.getvalue()


@pytest.mark.parametrize("done", [0, 32000])
def test_progress_at_its_ends(capsys, done):
    with progress("x") as listen:
        listen(Progress(1, 1, 1, 0, 1000, done, 32000, 0.0, float("nan"), 0.0))
    assert f"x: {100 * done // 32000} %" in capsys.readouterr().err
