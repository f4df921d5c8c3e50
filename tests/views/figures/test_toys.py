"""The figures of the studies of toys draw what lies beside their verdicts."""

import importlib
from pathlib import Path

import pytest
from matplotlib import pyplot

from dynamicl.studies import experiments_of, read_outcome, why_unmeasured

RESULTS = Path(__file__).parents[3] / "docs" / "results"
CLAIMS = [
    one.id
    for study in ("mixture", "coopetition")
    for one in experiments_of(study)
    if (RESULTS / study / f"{one.id}.json").exists()
    and not why_unmeasured(read_outcome(RESULTS / study, one.id))
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_figures_are_drawn_from_what_is_kept(claim):
    study, _, name = claim.partition(".")
    script = importlib.import_module(f"dynamicl.views.figures.{study}.{name}")
    figure = script.draw(read_outcome(RESULTS / study, claim))
    figure.draw_without_rendering()
    # Frames that are off hold a legend.
    shown = [axes for axes in figure.axes if axes.axison]
    for axes in shown:
        assert axes.lines and axes.get_xlim()[0] != axes.get_xlim()[1]
    assert not shown or any(axes.get_xlabel() for axes in shown)
    pyplot.close(figure)
