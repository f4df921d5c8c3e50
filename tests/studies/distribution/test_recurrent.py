import re

import numpy as np

from dynamicl.studies.distribution._recurrent import APPEARS, NEVER, RECURRENT, measured
from dynamicl.studies.distribution._settings import setting
from dynamicl.studies.distribution._sweep import (
    RATES,
    WARM_UPS,
    architectures,
    names,
    pairs,
    parameters_of,
    sweep_worlds,
)
from studies.judging import judge_test

from .worlds import FLAT, hump, runs, with_curve

NAMES = ["transformer, 2 layers", "LSTM, as wide, 2 layers", "vanilla, as wide, 2 layers"]
DATA = runs({"architecture": NAMES, "pair": range(3)})[["icl", "iwl"]]
DATA = with_curve(DATA, "icl", FLAT)
DATA = with_curve(DATA, "icl", hump(0.8), architecture=NAMES[0], pair=1)
BROKEN = {
    NEVER: with_curve(DATA, "icl", hump(0.7), architecture=NAMES[2], pair=0),
    APPEARS: with_curve(DATA, "icl", FLAT),
}
test_judge = judge_test(RECURRENT, DATA, BROKEN)


def test_runs_that_diverged_at_once_are_left_out():
    data = DATA.copy(deep=True)
    data["icl"][1, 0, 2:] = np.nan
    assert len(measured(data, recurrent=True)) == 5 and len(measured(data, recurrent=False)) == 3
    # A running median cuts the tip of the peak of .8.
    assert re.search(r"transformer, 2 layers 0\.(79|80)", RECURRENT.note(data))


def test_pairs_lie_in_their_ranges_and_are_the_same_each_time():
    drawn = pairs(15)
    assert drawn == pairs(15) and pairs(3) == drawn[:3]
    rates, warm_ups = np.array(drawn).T
    assert RATES[0] <= rates.min() < 1e-4 and 1e-2 < rates.max() <= RATES[1]
    assert WARM_UPS[0] <= warm_ups.min() < 50 and 1e3 < warm_ups.max() <= WARM_UPS[1]


def test_networks_are_matched_in_width_and_in_parameters():
    (world,) = sweep_worlds(setting("laptop"))
    counts = {name: parameters_of(world, model) for name, model in architectures(world).items()}
    wide = architectures(world)["LSTM, as wide"]
    assert wide.d_model == 64 and wide.layers == world.layers
    target = counts["transformer"]
    for name in ("LSTM", "vanilla"):
        assert abs(counts[f"{name}, as many parameters"] / target - 1) < 0.05
    assert len(names(setting("paper"))) == 10


def test_networks_stand_behind_the_embedder_where_there_is_one():
    first, deep = sweep_worlds(setting("paper"))
    assert (first.layers, deep.layers) == (2, 12)
    for model in architectures(deep).values():
        assert model.widths[-1] == model.body.d_model and model.body.layers == 12
    assert parameters_of(first, first.model) > 250_000


def test_an_architecture_whose_runs_all_diverged_leaves_it_open():
    data = DATA.copy(deep=True)
    data["icl"].loc[{"architecture": NAMES[2]}] = np.nan
    never, appears = RECURRENT.judge(data)
    assert never.undecided == f"every run of {NAMES[2]} diverged" and appears.holds
