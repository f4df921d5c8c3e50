import numpy as np
import pytest

from dynamicl.studies.coopetition._divot import DIVOT, NO_ONSET, RISES, rises
from studies.judging import judge_test

from .worlds import FLAT, with_curve, world

ERROR = 0.02
TOP = 1.0 + 5 * ERROR
FLAT_RISE = ((0, 2.0), (2e5, 1.0), (3.2e5, 1.0), (4e5, TOP), (5.2e5, TOP), (7e5, 0.8), (1.6e6, 0.5))
DATA = with_curve(world({"init": range(5)}), "ciwl_loss", FLAT_RISE).assign(
    ciwl_loss_error=(("init", "sequences"), np.full((5, 101), ERROR))
)
AFTER = with_curve(DATA, "ciwl_loss", ((0, 2.0), (7e5, 1.0), (9e5, 2.0), (1.6e6, 0.5)))
test_judge = judge_test(DIVOT, DATA, {RISES: AFTER})


def test_a_rise_is_counted_in_errors_of_a_difference():
    assert rises(DATA) == pytest.approx(np.full(5, 5 / np.sqrt(2)), rel=0.02)


def test_a_rise_before_icl_appears_is_none_of_its_own():
    early = ((0, 1.0), (1e5, 2.0), (2e5, 2.0), (2.6e5, 1.0), (1.6e6, 0.5))
    assert DIVOT.judge(with_curve(DATA, "ciwl_loss", early))[0].holds is False


def test_without_an_onset_there_is_no_divot_to_look_for():
    assert DIVOT.judge(with_curve(DATA, "icl", FLAT))[0].undecided == NO_ONSET
