"""Figures 2, A.1, A.3, A.5 and sections 2 and 4: judges of cells and of long runs."""

import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.mixture import (
    _b0,
    _both,
    _depth,
    _l_equals_n_full,
    _not_transient,
    _rare,
    _tradeoff,
    _two_parameter,
)
from dynamicl.studies.mixture._cells import at, grid, independent, line, still_rising
from dynamicl.studies.mixture._settings import Data, setting
from studies.judging import judge_test

from .made import cells, where, with_cells

CELLS = cells()
TREND = {bar: (along, metric) for (along, metric), (_, bar) in _tradeoff.TRENDS.items()}
LINES = {
    "classes": [
        {"classes": k, "burst": 1, "eps": 0.1, "alpha": np.nan, "bursty": 1} for k in (128, 512, 2048)
    ],
    "burst": [{"classes": 512, "burst": b, "eps": 0.1, "alpha": np.nan, "bursty": 1} for b in (0, 1, 2)],
    "eps": [
        {"classes": 512, "burst": 1, "eps": e, "alpha": np.nan, "bursty": 1} for e in (0.0, 0.1, 0.3, 0.6)
    ],
}


def against(bar):
    """The cells with one trend turned round at the cells that its line alone has, or all of them alike."""
    along, metric = TREND[bar]
    data, sign = CELLS, {"novel": -1, "in_weights": 1}[metric]
    for place, at_cell in enumerate(LINES[along]):
        shared = at_cell["classes"] == 512 and at_cell["burst"] == 1 and at_cell["eps"] == 0.1
        if not shared:
            data = with_cells(data, metric, 0.5 + sign * 0.2 * (place - 1), **at_cell)
    return data


BROKEN = {bar: against(bar) for bar in TREND} | {
    _tradeoff.BOTH_NOVEL: with_cells(CELLS, "novel", 0.7, alpha=1.0),
    _tradeoff.BOTH_WEIGHTS: with_cells(CELLS, "in_weights", 0.3, alpha=1.0),
    _tradeoff.LOST: with_cells(CELLS, "novel", 0.95, alpha=1.5),
    _tradeoff.IN_WEIGHTS: with_cells(CELLS, "in_weights", 0.8, bursty=0.5),
    _tradeoff.NOT_IN_CONTEXT: with_cells(CELLS, "novel", 0.5, bursty=0.9),
}
test_tradeoff = judge_test(_tradeoff.TRADEOFF, CELLS, BROKEN)
INDEPENDENT = CELLS.isel(cell=where(CELLS, burst=0))
test_b0 = judge_test(
    _b0.B0, INDEPENDENT, {_b0.PERFECT: with_cells(INDEPENDENT, "in_weights", 0.6, classes=2048)}
)
UNEQUAL = CELLS.isel(cell=np.flatnonzero(np.isfinite(CELLS["alpha"].values)))
test_rare = judge_test(_rare.RARELY, UNEQUAL, {_rare.RARE: with_cells(UNEQUAL, "rare", 0.2, alpha=1.0)})


def test_rare_classes_may_yet_be_learnt_by_who_still_learns():
    learning = with_cells(UNEQUAL, "rising", 0.1, alpha=1.0)
    (part,) = _rare.RARELY.judge(learning)
    assert part.holds is None and "still rising" in part.undecided
    (known,) = _rare.RARELY.judge(with_cells(learning, "rare", 0.2, alpha=1.0))
    assert known.holds is False


def test_cells_that_were_still_rising_leave_their_trend_open():
    rising = with_cells(CELLS, "rising", 0.1, classes=2048, burst=1)
    parts = _tradeoff.TRADEOFF.judge(rising)
    assert [part.undecided for part in parts[:3]] == ["still rising at the end at level 2048"] * 2 + [""]
    slow = with_cells(with_cells(INDEPENDENT, "rising", 0.1, classes=2048), "in_weights", 0.6, classes=2048)
    assert _b0.B0.judge(slow)[0].undecided == "still rising at the end at level 2048"


def networks(head):
    full = CELLS.drop_vars("rare")
    return xr.concat(
        [full, head.drop_vars("rare")],
        xr.Variable("network", ["full", "head"]),
        coords="minimal",
        compat="override",
    )


SHUFFLED = np.random.default_rng(0).permutation(CELLS.sizes["cell"])
test_two_parameter = judge_test(
    _two_parameter.TWO_PARAMETER,
    networks(CELLS.assign(novel=CELLS["novel"] ** 2)),
    {
        bar: networks(CELLS.assign({name: (("cell", "seed"), CELLS[name].values[SHUFFLED])}))
        for name, bar in _two_parameter.ALIKE.items()
    },
)
STEPS = np.arange(50)
END = np.ones((2, 2, 3, 50)) * 0.97
BOTH = xr.Dataset(
    {name: (("bursty", "in_context", "seed", "step"), END) for name in ("novel", "in_weights")},
    {"bursty": [0.5, 0.9], "in_context": [0.5, 0.9], "seed": range(3), "step": STEPS},
)


def one_low(name):
    copy = BOTH.copy(deep=True)
    copy[name].values[1, 0] = 0.7
    return copy


test_both = judge_test(
    _both.BOTH_LEARNT, BOTH, {_both.IN_CONTEXT: one_low("novel"), _both.IN_WEIGHTS: one_low("in_weights")}
)


def depths(shallow, deep):
    table = np.broadcast_to(np.array([shallow, deep])[:, None, None], (2, 3, 50))
    coords = {"layers": [1, 3], "seed": range(3), "step": STEPS}
    return xr.Dataset({"in_weights": (("layers", "seed", "step"), table)}, coords, {"classes": 2048})


test_depth = judge_test(
    _depth.DEPTH, depths(0.6, 0.99), {_depth.DEEP: depths(0.6, 0.9), _depth.SHALLOW: depths(0.97, 0.99)}
)


def test_what_is_still_rising_leaves_both_open():
    slow = depths(0.6, 0.9)
    ramp = np.linspace(0.0, 0.9, 50)
    slow["in_weights"] = slow["in_weights"].dims, np.broadcast_to(ramp, (2, 3, 50))
    assert [part.undecided for part in _depth.DEPTH.judge(slow)] == ["still rising at the end"] * 2
    rising = BOTH.copy(deep=True)
    rising["novel"].values[0, 0] = ramp
    assert _both.BOTH_LEARNT.judge(rising)[0].undecided == "still rising at the end"
    assert still_rising(np.arange(100.0)) == pytest.approx(20)


def equal(shares, steps=150_000):
    """Twelve runs in each of (8, 8), (8, 16), (8, 32): so many of them solve the task."""
    table = np.zeros((3, 12, 50))
    for cell, number in enumerate(shares):
        table[cell, :number] = 1
    coords = {"pairs": ("cell", [8, 8, 8]), "labels": ("cell", [8, 16, 32]), "step": STEPS}
    return xr.Dataset(
        {"novel": (("cell", "seed", "step"), table)}, coords, {"steps": steps, "paper_steps": 150_000}
    )


test_l_equals_n_full = judge_test(
    _l_equals_n_full.L_EQUALS_N_FULL,
    equal((5, 12, 12)),
    {_l_equals_n_full.ROBUST: equal((0, 12, 6)), _l_equals_n_full.LOWER: equal((11, 12, 12))},
)


def test_shorter_runs_than_the_documents_excuse_a_low_share():
    part, _ = _l_equals_n_full.L_EQUALS_N_FULL.judge(equal((0, 3, 3), 40_000))
    assert part.undecided.endswith("in the time, shorter than the document's")


def long(end=0.99, when=5):
    """Novel accuracy that rises at one step and ends at a level, under four optimizers."""
    steps = np.arange(0, 200) * 1000
    curve = np.where(steps < when * 1000, 0.03, np.interp(steps, [when * 1000, steps[-1]], [0.99, end]))
    dims, names = ("optimizer", "seed", "step"), ["sgd, decay", "sgd", "adam, decay", "adam"]
    tables = {name: (dims, np.broadcast_to(curve, (4, 3, 200))) for name in ("novel", "flip", "ciwl")}
    tables["novel_error"] = (dims, np.full((4, 3, 200), 0.003))
    return xr.Dataset(tables, {"optimizer": names, "seed": range(3), "step": steps})


test_not_transient = judge_test(_not_transient.NOT_TRANSIENT, long(), {_not_transient.STAYS: long(end=0.9)})


def test_a_run_that_is_not_long_enough_says_nothing_of_fading():
    (part,) = _not_transient.NOT_TRANSIENT.judge(long(when=30))
    assert part.undecided == (
        "not every run comes above 0.95 and lasts 10 times as long as it takes to within 0.05 of its peak"
    )


def test_a_plateau_that_creeps_on_is_a_peak():
    """The highest point of a run is its last, but it had come there long before."""
    creeping = long()
    creeping["novel"] = np.minimum(creeping["novel"], 0.96) + 0.01 * np.linspace(0, 1, creeping.sizes["step"])
    (part,) = _not_transient.NOT_TRANSIENT.judge(creeping)
    assert part.holds


def test_a_line_of_cells():
    levels, novel = line(CELLS, "eps", "novel", classes=512, burst=1)
    assert levels == [0.0, 0.1, 0.3, 0.6] and [len(runs) for runs in novel] == [3] * 4
    assert at(levels, novel, 0.3)[0] == pytest.approx(0.7) and at(levels, novel, 9.0).size == 0
    assert line(CELLS, "alpha", "rare", classes=512, burst=1)[0] == [0.0, 0.5, 1.0, 1.5]


def test_the_grid_of_a_scale():
    data = grid(setting("paper"))
    assert len(data) == 20 + 4 + 5 + 2 == len(set(data))
    assert {cell.classes for cell in data if cell.burst == 0} == {128, 256, 512, 1024, 2048}
    assert [cell.alpha for cell in data if cell.further] == [0.0, 0.5, 1.0, 1.25, 1.5]


def test_lines_have_the_documents_number_of_classes_also_where_the_plane_has_not():
    scale = setting("laptop")
    bursts = [cell.burst for cell in grid(scale) if cell.classes == 1024 and cell == Data(1024, cell.burst)]
    assert bursts == [0, 1, 2] and 1024 not in scale.grid_classes
    assert {cell.classes for cell in grid(scale) if cell.alpha is not None or cell.bursty < 1} == {1024}
    assert [cell.classes for cell in independent(scale)] == [128, 512, 2048]
