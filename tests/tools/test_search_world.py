"""The search for a cheaper world: what passes, in which order cells are tried, and that nothing is trained twice."""

import json

import numpy as np
import pytest

from dynamicl.specs import validate
from tooling import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("search_world")


def line(*values, each=10):
    return np.repeat(np.array(values), each)


@pytest.mark.parametrize(
    ("flip", "ciwl", "expected"),
    [
        (line(0.5, 0.7, 0.2), line(0.5, 0.6, 0.8), "passed"),
        (line(0.5, 0.7, 0.4), line(0.5, 0.6, 0.8), ""),
        (line(0.5, 0.7, 0.2), line(0.5, 0.6, 0.7), ""),
        (line(0.5, 0.55, 0.4), line(0.5, 0.6, 0.95), "never read"),
        (line(0.5, 0.55, 0.2), line(0.5, 0.6, 0.8), "never read"),
        (line(0.5, 0.55, 0.4), line(0.5, 0.6, 0.8), ""),
        (np.array([0.2]), np.array([0.99]), ""),
    ],
)
def test_what_decides_a_run(tool, flip, ciwl, expected):
    assert tool.outcome(flip, ciwl) == expected


def test_a_single_high_evaluation_passes_nothing(tool):
    flip = line(0.5, 0.45, 0.2)
    flip[12] = 0.9
    assert tool.outcome(flip, line(0.5, 0.6, 0.8)) == "never read"
    np.testing.assert_array_equal(tool.smooth(np.array([1.0, 3.0, 2.0])), [1, 2, 2])


def test_the_grid_is_whole_cheap_first_and_can_be_trained(tool):
    cells = tool.grid()
    assert len(cells) == len(set(cells)) == 4 * 2 * 3 * 3 * 2
    costs = [cell.cost for cell in cells]
    assert costs == sorted(costs) and cells[0][:4] == (1600, 20, "principal-components", 1e-3)
    for cell in (cells[0], cells[-1]):
        validate(cell.run)
        assert cell.run.steps == cell.steps and cell.run.task.source.exemplars == cell.drawings
    assert {cell.steps for cell in cells} == {25_000, 83_333, 250_000}


def test_what_is_known_is_not_trained_again_and_seeds_follow_what_passed(tool, tmp_path):
    first, second = tool.grid()[:2]
    record = {"outcome": "passed", "steps": [0, 50, 100], "seconds": 1.0}
    record |= {name: [0.5, 0.7, 0.2] for name in ("train", "icl", "ciwl", "flip")}
    for cell, outcome in ((first, "passed"), (second, "open")):
        whole = cell._asdict() | record | {"outcome": outcome}
        (tmp_path / f"{cell.name}.json").write_text(json.dumps(whole))
    left = tool.waiting(tmp_path, [])
    assert len(left) == len(tool.grid()) - 2 and not {first, second} & set(left)
    assert tool.waiting(tmp_path, [1, 2]) == [first._replace(seed=1), first._replace(seed=2)]
    (row, _) = (tool.summary(record) for record in tool.known(tmp_path))
    assert row["sequences"] == 100 * first.batch and row["flip_peak"] == 0.6
    assert len(tool.table(tool.known(tmp_path)).splitlines()) == 4


@pytest.mark.whole
@pytest.mark.slow
def test_an_interrupted_run_goes_on_from_its_last_evaluation(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "PATIENCE", 2)
    monkeypatch.setattr(tool, "RISE_AND_FALL", 60)
    monkeypatch.setattr(tool, "EVALUATIONS", 6)
    monkeypatch.setattr(tool, "SEQUENCES", 40)
    cell = tool.Cell(20, 4, "principal-components", 1e-3, 8)
    whole = tool.search(cell, tmp_path)
    assert whole["steps"] == list(range(0, 13, 2)) and whole["outcome"] == "open"
    assert not list(tmp_path.iterdir())
    keep, calls = tool.keep, []

    def stopping(*arguments):
        keep(*arguments)
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(tool, "keep", stopping)
    with pytest.raises(KeyboardInterrupt):
        tool.search(cell, tmp_path)
    monkeypatch.setattr(tool, "keep", keep)
    again = tool.search(cell, tmp_path)
    assert {name: again[name] for name in again if name != "seconds"} == {
        name: whole[name] for name in whole if name != "seconds"
    }
