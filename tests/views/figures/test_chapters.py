"""Every figure of chapters 2 and 3 draws what its experiment keeps, also where nothing was measured."""

import importlib

import pytest
from matplotlib import pyplot

from dynamicl.studies import experiments_of
from views.figures.synthetic import as_kept, without_numbers

OWN_TESTS = {"distribution.counts", "transience.depth"}
NAMES = [
    one.id
    for study in ("distribution", "transience")
    for one in experiments_of(study)
    if one.id not in OWN_TESTS
]


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


def judged(name):
    """The made-up data on which the claim's judge is tested."""
    study, _, claim = name.partition(".")
    return importlib.import_module(f"studies.{study}.test_{claim}").DATA


def draw(name, data):
    return importlib.import_module(f"dynamicl.views.figures.{name}").draw(data)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:.*log-scale.*:UserWarning")
def test_figures_are_drawn_from_what_is_kept(name):
    figure = draw(name, as_kept(judged(name)))
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.lines and axes.get_xlim()[0] != axes.get_xlim()[1]
    assert any(axes.get_xlabel() for axes in figure.axes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore:.*log-scale.*:UserWarning")
def test_figures_are_drawn_where_nothing_was_measured(name):
    draw(name, as_kept(without_numbers(judged(name)))).draw_without_rendering()


def test_depth_is_drawn_where_it_was_trained():
    from studies.transience.test_depth import by_depth

    figure = draw("transience.depth", as_kept(by_depth()))
    assert figure.axes[0].lines


def test_what_was_not_measured_is_said_in_the_figure(tmp_path):
    from matplotlib import pyplot

    from dynamicl.studies import Lab, find_experiments, put_off, write_outcome
    from dynamicl.views import make_figures

    (experiment,) = find_experiments(["transience.depth"])
    write_outcome(tmp_path / "transience", put_off(experiment, Lab(tmp_path, "laptop"), 1_000_000))
    (path,) = make_figures(tmp_path, [experiment.id], tmp_path / "figures")
    assert path.stat().st_size > 3000 and not pyplot.get_fignums()
