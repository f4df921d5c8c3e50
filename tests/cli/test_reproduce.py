import json

import pytest

from dynamicl.studies import cost_of, find_experiments, ledger

CLAIM = "lookup.r1.loss"
"""One of the experiments that compile least."""


@pytest.fixture(scope="module")
def made(tmp_path_factory, dynamicl):
    """One cheap experiment at `smoke`, everything included."""
    folder = tmp_path_factory.mktemp("runs")
    done = dynamicl("reproduce", CLAIM, "--scale", "smoke", "--out", folder)
    assert done.code == 0, done
    return folder, done.out.splitlines()


def test_it_says_what_it_will_cost_and_what_came_of_it(made):
    folder, lines = made
    steps = cost_of(find_experiments([CLAIM]), "smoke", "nowhere").run_steps
    assert lines[0] == f"1 experiments at scale smoke: at most {steps:,} run-steps; runs in {folder}"
    assert lines[1].startswith(f"{CLAIM}: ")
    assert lines[2] == f"figure {folder / 'figures' / f'{CLAIM}.png'}"
    assert lines[3] == f"open {folder / 'report.html'}" and lines[4].startswith("done in ")


def test_verdicts_carry_the_ledgers_words(made):
    folder, lines = made
    (record,) = json.loads((folder / "results" / "lookup" / "claims.json").read_text())
    row = ledger()[CLAIM]
    assert (record["id"], record["scale"], record["claim"]) == (row.id, "smoke", row.claim)
    assert record["verdict"] == "not testable at this scale"
    assert [part["holds"] for part in record["parts"]] == [None] * len(find_experiments([CLAIM])[0].criterion)
    assert record["n"] == 1 and record["command"] and {"dynamicl", "jax"} <= set(record["versions"])
    assert lines[1] == f"{CLAIM}: {record['verdict']} ({record['measured']})"


def test_figures_and_page_are_drawn(made):
    folder, _ = made
    png, pdf = ((folder / "figures" / f"{CLAIM}.{end}").read_bytes() for end in ("png", "pdf"))
    assert png.startswith(b"\x89PNG") and pdf.startswith(b"%PDF") and len(png) > 10_000
    page = (folder / "report.html").read_text()
    assert CLAIM in page and str(folder) not in page


def test_again_it_trains_nothing_and_says_the_same(made, dynamicl, monkeypatch):
    folder, lines = made
    before = (folder / "results" / "lookup" / f"{CLAIM}.json").read_bytes()
    monkeypatch.setattr("dynamicl.lab._population._begin", None)
    again = dynamicl("reproduce", CLAIM, "--scale", "smoke", "--out", folder, "--no-pages")
    first, second, *_ = again.out.splitlines()
    assert again.code == 0 and second == lines[1]
    assert first == f"{lines[0]} (there already: lookup: one-head runs; at most 0 remain)"
    assert (folder / "results" / "lookup" / f"{CLAIM}.json").read_bytes() == before


def test_a_dry_run_only_counts(dynamicl, tmp_path):
    done = dynamicl("reproduce", "induction", "--scale", "laptop", "--dry-run", "--out", tmp_path / "x")
    lines = done.out.splitlines()
    experiments = find_experiments(["induction"])
    assert done.code == 0 and len(lines) == 1 + len(experiments)
    total = cost_of(experiments, "laptop", "nowhere").run_steps
    alone = cost_of(experiments[:1], "laptop", "nowhere").run_steps
    assert lines[1] == f"  {experiments[0].id}: {alone:,} run-steps"
    assert lines[0].startswith(f"{len(experiments)} experiments at scale laptop: at most {total:,} run-steps")
    assert not (tmp_path / "x").exists()


def test_what_is_not_trained_has_its_price(dynamicl, tmp_path):
    done = dynamicl("reproduce", CLAIM, "--scale", "laptop", "--out", tmp_path, "--no-train")
    steps = cost_of(find_experiments([CLAIM]), "laptop", "nowhere").run_steps
    (record,) = json.loads((tmp_path / "results" / "lookup" / "claims.json").read_text())
    assert done.code == 0 and record["verdict"] == "not testable at this scale"
    assert record["measured"] == f"nothing: {steps:,} run-steps at scale `laptop` are not trained yet"
    assert (tmp_path / "figures" / f"{CLAIM}.png").exists() and not (tmp_path / "report.html").exists()


def test_what_the_library_holds_is_judged_without_training(made, dynamicl):
    folder, lines = made
    again = dynamicl("reproduce", CLAIM, "--scale", "smoke", "--out", folder, "--no-pages", "--no-train")
    assert again.code == 0 and again.out.splitlines()[1] == lines[1]


def test_experiments_that_are_not(dynamicl):
    assert (
        "no experiment `induction.plato`: did you mean `induction.plateau`"
        in dynamicl("reproduce", "induction.plato").line
    )
    assert "name at least one study or experiment" in dynamicl("reproduce").line
