"""The committed cells: they can be read, and every judge decides on them or says why not."""

from pathlib import Path

import pytest

from dynamicl.studies.finetuning import ON_CELLS, TASKS, VARIANTS, read_cells

CELLS = Path(__file__).parents[3] / "docs" / "results" / "finetuning" / "cells"


@pytest.fixture(scope="module")
def committed():
    if not [path for path in CELLS.glob("*.json") if not path.name.startswith("rate-")]:
        pytest.skip("no cell has been committed yet")
    return read_cells(CELLS)


def test_cells_are_of_known_tasks_and_variants(committed):
    assert set(committed["task"].values) <= set(TASKS) and set(committed["variant"].values) <= set(VARIANTS)
    assert float(committed["demonstrations"].max()) <= committed.attrs["k"]


@pytest.mark.parametrize("claim", ON_CELLS, ids=lambda claim: claim.id)
def test_committed_cells_are_judged(committed, claim):
    parts = claim.judge(claim.cut(committed))
    assert parts and all(part.undecided or part.holds is not None for part in parts)


def test_an_equal_drop_that_no_scale_gives_is_unknown(committed):
    similarity = committed["similarity"].sel(task="sst2", measure="outputs", token="verbaliser")
    assert similarity.sel(variant="per-layer-drop").isnull().all()
    assert similarity.sel(variant="linearised-drop", seed=0).notnull().all()
    assert similarity.sel(variant="linearised-drop", seed=[1, 2]).isnull().all()
