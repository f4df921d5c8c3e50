"""What is shown beside a run is its own: its tokens, and the records of evaluators with a schedule of their own."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from views.page.synthetic import token, trajectory
from views.page.test_exports import save

pytestmark = pytest.mark.browser

NOT_KEPT = "The tokens of this run were not kept"


def saved_rows(shown, panel: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(save(shown, panel, "csv").decode())))


def test_maps_stand_beside_the_tokens_of_their_own_run(open_page):
    dataset, transitions = trajectory(runs=3, steps=20, checkpoints=4, examples=2)
    tokens = np.full((3, 2, 5), "", dtype=object)
    for run, letter in ((0, "p"), (1, "q")):
        tokens[run] = [[token("text", f"{letter}{i}") for i in range(5)]] * 2
    own = dataset.drop_vars(["example_tokens", "example_target"]).assign(
        example_tokens=(("run", "example", "query"), tokens),
        example_target=(("run", "example"), np.array([["P", "P"], ["Q", "Q"], ["", ""]], dtype=object)),
    )
    shown = open_page(own, transitions)
    shown.select_option("#choose-source", "0")
    for run, (place, option) in enumerate([("“p4”", "→ P"), ("“q4”", "→ Q"), ("“5”", "sequence 1")]):
        shown.click(f"#legend [data-run]:nth-child({run + 1})")
        shown.picture("focus")
        assert option in shown.locator("#choose-source option:checked").inner_text()
        assert place in shown.text("#focus") and (NOT_KEPT in shown.text("#focus")) == (run == 2)
        assert place in saved_rows(shown, "focus")[-1]["query"]
    queries = {(row["run"], row["query"]) for row in saved_rows(shown, "seeds")}
    ids = own["run"].values
    assert {(ids[0], "token 5 “p4”"), (ids[1], "token 5 “q4”"), (ids[2], "token 5 “5”")} <= queries


def test_an_evaluator_with_few_records_is_seen_and_its_table_holds_them_alone(open_page):
    dataset, transitions = trajectory(runs=1, steps=40, checkpoints=3)
    sparse = dataset[["loss", "accuracy"]].copy(deep=True)
    recorded = np.arange(sparse.sizes["step"]) % 5 == 0
    for name in ("loss", "accuracy"):
        sparse[name][:, ~recorded, 1] = np.nan
    shown = open_page(sparse, transitions)
    shown.select_option("#choose-evaluator", "1")
    lines = ElementTree.fromstring(save(shown, "curves", "svg")).iter("{http://www.w3.org/2000/svg}path")
    last = np.flatnonzero(recorded)[-1]
    assert max(line.get("d").count("L") for line in lines) == last
    rows = saved_rows(shown, "curves")
    assert [int(row["step"]) for row in rows] == sparse["step"].values[recorded].tolist()


def test_a_point_without_neighbours_is_drawn_as_a_dot(open_page):
    dataset, _ = trajectory(runs=1, steps=20, checkpoints=3)
    lone = dataset[["loss"]].copy(deep=True)
    lone["loss"][:, 1:, 1] = np.nan
    shown = open_page(lone)
    shown.select_option("#choose-evaluator", "1")
    drawn = ElementTree.fromstring(save(shown, "curves", "svg"))
    assert [dot.get("r") for dot in drawn.iter("{http://www.w3.org/2000/svg}circle")][:1] == ["2.4"]
