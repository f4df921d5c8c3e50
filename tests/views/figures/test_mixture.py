"""The figures of the mixture study's networks draw what their experiments keep, also where nothing was measured."""

import importlib

import numpy as np
import pytest
from matplotlib import pyplot

from dynamicl.studies import experiments_of
from dynamicl.studies._plain import as_kept
from dynamicl.studies.mixture._fates_runs import sizes as fate_sizes
from dynamicl.studies.mixture._settings import setting
from dynamicl.studies.mixture._worlds_runs import sizes as world_sizes
from studies.mixture import test_fates as fates
from studies.mixture import test_grids as grids
from studies.mixture import test_jump as jumps
from studies.mixture import test_worlds as worlds

DATA = {
    "attention": jumps.JUMP,
    "measures": jumps.JUMP,
    "slow_phase": jumps.PLATEAU,
    "curves": jumps.PUBLISHED,
    "swap": jumps.PUBLISHED,
    "freeze": jumps.PUBLISHED,
    "minimal": jumps.HEAD,
    "minimal_bursts": jumps.JUMP,
    "hypotheses": jumps.WITHOUT,
    "l_equals_n": jumps.EQUAL,
    "tradeoff": grids.CELLS,
    "b0": grids.INDEPENDENT,
    "rare": grids.UNEQUAL,
    "two_parameter": grids.networks(grids.CELLS),
    "both": grids.BOTH,
    "depth": grids.depths(0.6, 0.99),
    "l_equals_n_full": grids.equal((5, 12, 12)),
    "not_transient": grids.long(),
    "fates": fates.DATA,
    "worlds": worlds.DATA,
}
SETTINGS = (setting, fate_sizes, world_sizes)


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


def draw(name, data):
    return importlib.import_module(f"dynamicl.views.figures.mixture.{name}").draw(as_kept(data))


def test_every_network_has_a_figure_and_data_for_its_test():
    networks = [one for one in experiments_of("mixture") if one.setting in SETTINGS]
    assert {one.id.partition(".")[2] for one in networks} == set(DATA)


@pytest.mark.parametrize("name", DATA)
def test_figures_are_drawn_from_what_is_kept(name):
    figure = draw(name, DATA[name])
    figure.draw_without_rendering()
    for axes in (axes for axes in figure.axes if axes.get_visible()):
        assert axes.lines or axes.collections
        assert axes.get_xlim()[0] != axes.get_xlim()[1]
    assert any(axes.get_xlabel() for axes in figure.axes) or figure.get_supxlabel()


@pytest.mark.parametrize("name", ["attention", "measures", "minimal", "hypotheses", "slow_phase", "freeze"])
def test_figures_are_drawn_of_runs_that_never_rise(name):
    flat = {
        one: np.full_like(values, 0.03) for one, values in DATA[name].data_vars.items() if values.ndim == 2
    }
    data = DATA[name].assign({one: (DATA[name][one].dims, values) for one, values in flat.items()})
    draw(name, data).draw_without_rendering()
