"""Every figure of the induction study draws what its experiment keeps, also where there is nothing to draw."""

import importlib

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from dynamicl.studies import experiments_of, write_dataset
from dynamicl.views import make_figures
from dynamicl.views.figures.induction._shared import STEPS, draw_seeds, draw_time, interval_over_seeds
from views.figures.synthetic import DATA, WITHOUT_SEEDS, as_kept, without_numbers


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


def draw(name, data):
    return importlib.import_module(f"dynamicl.views.figures.induction.{name}").draw(data)


def test_every_experiment_has_a_figure_and_data_for_its_test():
    names = {experiment.id.partition(".")[2] for experiment in experiments_of("induction")}
    assert names - {"plateau", "heads"} == set(DATA)


@pytest.mark.parametrize("name", DATA)
def test_figures_are_drawn_from_what_is_kept(name):
    figure = draw(name, as_kept(DATA[name]))
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes.lines or axes.images or axes.collections
        assert axes.get_label() == "<colorbar>" or axes.get_xlim()[0] != axes.get_xlim()[1]
    assert any(axes.get_xlabel() for axes in figure.axes) or figure.get_supxlabel()


@pytest.mark.parametrize("name", DATA)
@pytest.mark.filterwarnings("ignore:.*log-scale.*:UserWarning")
def test_figures_are_drawn_where_nothing_was_measured(name):
    draw(name, as_kept(without_numbers(DATA[name]))).draw_without_rendering()


@pytest.mark.parametrize("name", sorted(set(DATA) - WITHOUT_SEEDS))
def test_figures_are_drawn_of_one_seed(name):
    draw(name, DATA[name].isel(seed=[0])).draw_without_rendering()


def test_steps_have_their_colours_everywhere():
    colours = [to_hex(colour) for _, colour in STEPS.values()]
    assert len(set(colours)) == len(colours) and colours[0] == "#000000"
    lines = draw("clamps", DATA["clamps"]).axes[0].lines
    named = {
        line.get_label(): to_hex(line.get_color())
        for line in lines
        if line.get_label() in dict(STEPS.values())
    }
    assert named == {name: to_hex(colour) for name, colour in STEPS.values()}


def test_intervals_over_seeds_leave_out_what_is_missing():
    found = interval_over_seeds([1.0, 3.0, np.nan, np.inf])
    assert found.value == 2 and found.low < 1 and found.high > 3
    assert interval_over_seeds([1.0, 100.0, -1.0], logarithmic=True).value == pytest.approx(10)
    assert interval_over_seeds([4.0]).value == 4 and np.isnan(interval_over_seeds([4.0]).low)
    assert np.isnan(interval_over_seeds([])).all()


def test_the_bold_curve_is_the_median_seeds_and_lower_bounds_are_hollow():
    axes = pyplot.figure().subplots()
    curves = DATA["clamps"]["unclamped_loss"].copy(
        data=np.array([[3.0], [1.0], [2.0], [9.0]]) * np.ones((4, 41))
    )
    draw_seeds(axes, curves["unclamped_sequences"], curves, "black", "bold")
    assert (axes.lines[-1].get_ydata() == 2).all() and axes.lines[-1].get_label() == "bold"
    draw_time(axes, [1e5, 2e5], "red", learnt=[True, False])
    assert axes.lines[-1].get_markerfacecolor() == "white"
    draw_time(axes, [1e5, 2e5], "red")
    assert axes.lines[-1].get_markerfacecolor() == "red"


def test_files_are_made_for_experiments_with_a_figure(tmp_path):
    write_dataset(tmp_path / "induction", "induction.saddle", DATA["saddle"])
    made = make_figures(
        tmp_path, ["induction.saddle", "induction.none", "nothing.at_all"], tmp_path / "figures"
    )
    assert [path.name for path in made] == ["induction.saddle.png"]
    assert made[0].stat().st_size > 5000 and made[0].with_suffix(".pdf").exists()
