"""Results are put where pages ask for them."""

import json
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from dynamicl.studies import STUDIES, VERDICTS, experiments_of, judge_again, ledger
from tooling import load_tool

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook():
    return load_tool("docs_pages")


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "results" / "lookup"
    folder.mkdir(parents=True)
    row = {"id": "lookup.r4.seed", "verdict": "reproduced", "scale": "laptop", "n": 60, "measured": "P 0.85"}
    row |= {
        "figure": "figure 8",
        "claim": "sometimes converges, sometimes not",
        "note": "chosen",
        "paper": "",
        "parts": [],
    }
    (folder / "claims.json").write_text(json.dumps([row]))
    (folder / "lookup.r4.seed.png").touch()
    return tmp_path


def put(hook, docs, text, uri="tutorials/page.md"):
    page = SimpleNamespace(file=SimpleNamespace(src_uri=uri))
    return hook.on_page_markdown(text, page, SimpleNamespace(docs_dir=str(docs)), None)


def test_a_verdict_is_put_in_with_its_figure(hook, docs):
    found = put(hook, docs, "Before.\n\n<!-- result: lookup.r4.seed -->\n\nAfter.")
    assert found == (
        "Before.\n\n"
        '!!! quote "lookup.r4.seed: reproduced (scale laptop, n = 60)"\n\n'
        "    Claim (figure 8): sometimes converges, sometimes not.\n\n"
        "    Measured: P 0.85.\n\n"
        "    chosen.\n\n"
        "    ![lookup.r4.seed](../results/lookup/lookup.r4.seed.png)\n\nAfter."
    )
    assert "(results/lookup/lookup.r4.seed.png)" in put(
        hook, docs, "<!-- result: lookup.r4.seed -->", "index.md"
    )


def test_what_was_not_measured_is_one_sentence(hook):
    part = {"name": "share", "value": None, "low": None, "high": None, "comparison": ">", "threshold": 0.5}
    row = {"measured": "nothing: 5 run-steps are not trained yet", "parts": [part | {"n": 0, "holds": None}]}
    assert hook.measured(row) == "    Measured: nothing: 5 run-steps are not trained yet."


def test_verdicts_at_two_scales_stand_side_by_side(hook, docs):
    quick = docs / "results" / "laptop" / "lookup"
    quick.mkdir(parents=True)
    here = json.loads((docs / "results" / "lookup" / "claims.json").read_text())
    (quick / "claims.json").write_text(json.dumps([here[0] | {"verdict": "not reproduced"}]))
    (docs / "results" / "lookup" / "claims.json").write_text(
        json.dumps([here[0] | {"scale": "paper"}, here[0] | {"id": "lookup.r1.loss"}])
    )
    table = put(hook, docs, "<!-- scales: lookup -->").splitlines()
    assert table[2:] == ["| lookup.r4.seed | reproduced | not reproduced | **differ** |"]


def test_a_finding_of_our_own_is_called_that(hook):
    page = hook.result("induction.pretrained", ROOT / "docs" / "results", "")
    assert "Finding of our own: the thesis" in page and "Claim ()" not in page


def test_the_parts_of_a_criterion_are_a_table(hook):
    part = {"name": "share", "value": 0.95, "low": 0.9, "high": 0.99, "comparison": "low >", "threshold": 0.5}
    rows = [
        part | {"n": 5, "holds": True},
        part | {"n": 2, "low": None, "holds": None, "undecided": "too few"},
    ]
    assert hook.parts(rows).splitlines()[2:] == [
        "    | share | 0.95 [0.9, 0.99] | low &gt; 0.5 | 5 | holds |",
        "    | share | 0.95 | low &gt; 0.5 | 2 | open: too few |",
    ]
    assert hook.parts([]) == ""


@pytest.mark.parametrize("study", STUDIES)
def test_committed_verdicts_are_what_the_committed_data_give(study):
    judged = judge_again(experiments_of(study), ROOT / "docs" / "results")
    assert [one.id for one in judged if not one.agrees] == []
    datasets = {path.stem for path in (ROOT / "docs" / "results" / study).glob(f"{study}.*.json")}
    assert {one.id for one in judged if one.now is not None} == datasets


@pytest.mark.parametrize("folder", sorted((ROOT / "docs" / "results" / "laptop").iterdir()))
def test_verdicts_at_laptop_that_stand_beside_others_follow_from_their_data_too(folder):
    judged = judge_again(experiments_of(folder.name), ROOT / "docs" / "results" / "laptop")
    there = [one for one in judged if one.before is not None]
    assert there and all(one.agrees and one.now.scale == "laptop" for one in there)


@pytest.mark.parametrize("claim", ["lookup.r4.local", "transience.depth"])
def test_what_is_not_measured_says_so(hook, docs, claim):
    assert put(hook, docs, f"<!-- result: {claim} -->") == f'!!! quote "{claim}"\n\n    Not measured yet.'


def test_pages_ask_for_claims_that_exist(hook):
    marks = {
        (page.name, kind, name)
        for page in sorted((ROOT / "docs").rglob("*.md"))
        for kind, name in hook.MARK.findall(page.read_text())
    }
    names = {one.id for study in STUDIES for one in experiments_of(study)} | set(ledger())
    studies = {name.partition(".")[0] for name in names}
    known = {"result": names, "ledger": studies, "scales": studies}
    assert {kind for _, kind, _ in marks} <= set(known)
    assert not [mark for mark in marks if mark[2] not in known[mark[1]]]


def test_a_ledger_is_a_table_and_every_result(hook, docs):
    page = put(hook, docs, "Before.\n\n<!-- ledger: lookup -->", "results/lookup/index.md")
    kept = json.loads((docs / "results" / "lookup" / "claims.json").read_text())
    assert kept and page.count("\n## ") == len(kept)
    for row in kept:
        assert f"| [{row['id']}](#{row['id']}) |" in page and f"{{ #{row['id']} }}" in page
        assert f'!!! quote "{row["id"]}: {row["verdict"]}' in page


def test_the_readme_counts_the_verdicts():
    row = re.compile(r"^\| \[(\w+)\]\(docs/results/.*\| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
    rows = row.findall((ROOT / "README.md").read_text())
    assert {study for study, *_ in rows} == set(STUDIES)
    for study, *counts in rows:
        kept = json.loads((ROOT / "docs" / "results" / study / "claims.json").read_text())
        verdicts = Counter(record["verdict"] for record in kept)
        assert [int(count) for count in counts] == [verdicts[name] for name in VERDICTS], study
