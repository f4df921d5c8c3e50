import numpy as np
import pytest

from dynamicl.studies import Lab, why_unmeasured
from dynamicl.studies.coopetition._data import MAIN, MANY_FEW, NAMES
from dynamicl.studies.coopetition._mlp import BACK, END, MLPS, PEAK, PRICE, resurgence
from dynamicl.studies.coopetition._settings import setting
from studies.judging import judge_test

from .worlds import with_curve, world

BACK_AGAIN = ((0, 0.5), (4e5, 0.8), (8e5, 0.6), (1.6e6, 0.8))
FALLS = ((0, 0.49), (6e5, 0.75), (1.2e6, 0.05), (1.6e6, 0.01))
WHOLE = with_curve(world({"setting": NAMES}), "flip", FALLS)
DATA = with_curve(WHOLE, "icl", BACK_AGAIN, setting=MANY_FEW)
BROKEN = {
    PEAK: with_curve(DATA, "flip", ((0, 0.49), (1.2e6, 0.05), (1.6e6, 0.01)), setting=MAIN),
    END: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.75), (1.6e6, 0.3)), setting=MAIN),
    BACK: with_curve(DATA, "icl", ((0, 0.5), (4e5, 0.8), (1.6e6, 0.5)), setting=MANY_FEW),
}
test_judge = judge_test(MLPS, DATA, BROKEN)


def test_untrained_it_is_open_at_a_stated_price(tmp_path):
    data = MLPS.measure(Lab(tmp_path, "laptop"), setting("laptop"), {})
    assert why_unmeasured(data) == PRICE and "twelve hours on two cores" in PRICE


def test_a_resurgence_is_the_smaller_of_fall_and_rise():
    x = np.repeat([0.5, 0.9, 0.6, 0.7], 10)
    assert resurgence(x) == pytest.approx(0.1) and resurgence(x[:30]) == 0
