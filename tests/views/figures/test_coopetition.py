"""Every figure of the coopetition study draws what its experiment keeps, also where nothing was measured."""

import importlib

import pytest
from matplotlib import pyplot

from dynamicl.studies import experiments_of
from views.figures.synthetic import as_kept, without_numbers

NAMES = [one.id.partition(".")[2] for one in experiments_of("coopetition") if one.id != "coopetition.toy"]


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


def judged(name):
    """The made-up data on which the claim's judge is tested."""
    module = importlib.import_module(f"studies.coopetition.test_{name}")
    return module.WHOLE if name == "data" else module.DATA


def draw(name, data):
    return importlib.import_module(f"dynamicl.views.figures.coopetition.{name}").draw(data)


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_drawn_from_what_is_kept(name):
    figure = draw(name, as_kept(judged(name)))
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.lines or axes.collections or not axes.axison
        assert axes.get_xlim()[0] != axes.get_xlim()[1]
    assert any(axes.get_xlabel() for axes in figure.axes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:.*log-scale.*:UserWarning")
def test_figures_are_drawn_where_nothing_was_measured(name):
    draw(name, as_kept(without_numbers(judged(name)))).draw_without_rendering()
