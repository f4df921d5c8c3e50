"""Results are put where pages ask for them."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from dynamicl.studies import find_experiments, ledger

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("docs_pages", ROOT / "tools" / "docs_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


@pytest.mark.parametrize("claim", ["lookup.r4.local", "transience.depth"])
def test_what_is_not_measured_says_so(hook, docs, claim):
    assert put(hook, docs, f"<!-- result: {claim} -->") == f'!!! quote "{claim}"\n\n    Not measured yet.'


def test_pages_ask_for_claims_that_exist(hook):
    marks = {
        (page.name, kind, name)
        for page in sorted((ROOT / "docs").rglob("*.md"))
        for kind, name in hook.MARK.findall(page.read_text())
    }
    names = {e.name for study in ("lookup", "induction") for e in find_experiments([study])} | set(ledger())
    known = {"result": names, "ledger": {name.partition(".")[0] for name in names}}
    assert {kind for _, kind, _ in marks} == set(known)
    assert not [mark for mark in marks if mark[2] not in known[mark[1]]]


def test_a_ledger_is_a_table_and_every_result(hook, docs):
    page = put(hook, docs, "Before.\n\n<!-- ledger: lookup -->", "results/lookup/index.md")
    kept = json.loads((docs / "results" / "lookup" / "claims.json").read_text())
    assert kept and page.count("\n## ") == len(kept)
    for row in kept:
        assert f"| [{row['id']}](#{row['id']}) |" in page and f"{{ #{row['id']} }}" in page
        assert f'!!! quote "{row["id"]}: {row["verdict"]}' in page
