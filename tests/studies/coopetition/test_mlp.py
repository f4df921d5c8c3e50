import numpy as np
import pytest

from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.coopetition._data import MAIN, MANY_FEW, NAMES
from dynamicl.studies.coopetition._mlp import BACK, MLPS, PRICE, in_main, resurgence, with_mlps
from dynamicl.studies.coopetition._settings import setting
from studies.judging import judge_test

from .test_curves import MadeUp, recorded
from .test_transience import BROKEN as BROKEN_PROFILES
from .worlds import with_curve, world

BACK_AGAIN = ((0, 0.5), (4e5, 0.8), (8e5, 0.6), (1.6e6, 0.8))
DATA = with_curve(world({"setting": NAMES}), "icl", BACK_AGAIN, setting=MANY_FEW)


def with_main(run):
    """The same data with another run in the main setting."""
    data = DATA.copy(deep=True)
    for name in ("icl", "ciwl", "flip"):
        data[name].loc[{"setting": MAIN}] = run[name].values
    return data


BROKEN = {in_main(bar): with_main(runs.isel(init=0)) for bar, runs in BROKEN_PROFILES.items()}
BROKEN[BACK] = with_curve(DATA, "icl", ((0, 0.5), (4e5, 0.8), (1.6e6, 0.5)), setting=MANY_FEW)
test_judge = judge_test(MLPS, DATA, BROKEN)


def test_untrained_it_is_open_at_a_stated_price(tmp_path):
    data = MLPS.measure(Lab(tmp_path, "laptop"), setting("laptop"), {})
    assert why_unmeasured(data) == PRICE and "twelve hours on two cores" in PRICE


def test_a_resurgence_is_the_smaller_of_fall_and_rise():
    x = np.repeat([0.5, 0.9, 0.6, 0.7], 10)
    assert resurgence(x) == pytest.approx(0.1) and resurgence(x[:30]) == 0


def test_runs_with_mlps_are_compared_where_those_without_end():
    plain = world({"init": range(2)}).isel(sequences=slice(0, 21))
    longer = recorded(world({"setting": NAMES}, iwl=((0, 0.0), (1.6e6, 0.8))))
    added = with_mlps(plain, setting("laptop"), {"mlp": MadeUp(longer)})
    # The records hold half of it; the plain runs end at a fifth of .8.
    assert added["mlp_iwl"].values == pytest.approx(np.full(4, 0.5 * 0.2 * 0.8), rel=0.06)
