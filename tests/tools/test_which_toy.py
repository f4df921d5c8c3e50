"""Which toy foretells a curve: the page's table is that of the kept data, and curves are cut as it says."""

from pathlib import Path

import numpy as np
import pytest

from dynamicl.studies import read_outcome
from tooling import load_tool

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    return load_tool("which_toy")


def test_the_page_s_table_is_that_of_the_data(tool):
    lines = tool.summary(read_outcome(ROOT / "docs" / "results" / "toys", "which_toy"))
    assert "\n".join(lines) in (ROOT / "docs" / "results" / "toys" / "index.md").read_text()


def test_curves_are_cut_to_plateau_and_drop(tool):
    times = np.arange(0.0, 1000.0, 5.0)
    loss = np.interp(times, [0, 50, 400, 500, 1000], [3.0, 1.0, 1.0, 0.05, 0.0])
    own, part = tool.plateau_and_drop(times, loss, 1.0)
    assert own[0] == pytest.approx(0, abs=5) and part[0] <= 1.1
    # From 47 on, where it is below 1.1; a tenth is reached at 494.7: 1.25 times that later.
    assert own[-1] == pytest.approx(1.25 * (494.7 - 47.5), abs=6)
    assert tool.plateau_and_drop(times, np.ones_like(times), 1.0) is None
    assert tool.plateau_and_drop(times[::40], loss[::40], 1.0) is None
