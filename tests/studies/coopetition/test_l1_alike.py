import pytest

from dynamicl.studies.coopetition._l1_alike import ALIKE, L1_ALIKE
from studies.judging import judge_test

from .test_l1_heads import DATA, FALLS, attention

OTHER = DATA.copy(deep=True)
OTHER["previous"].loc[{"kind": "flip"}] = OTHER["itself"].loc[{"kind": "flip"}].values
test_judge = judge_test(L1_ALIKE, DATA, {ALIKE: OTHER})


def test_levels_alone_are_not_alike():
    """The levels of eight heads, two measures and all of training correlate, and one head's change does not."""
    still = DATA.copy(deep=True)
    still["previous"].loc[{"kind": "icl", "head": 2}] = 0.4
    (part,) = L1_ALIKE.judge(still)
    assert part.holds is False and part.value == pytest.approx(0, abs=1e-6)


def test_heads_that_do_not_move_have_nothing_alike():
    moving = DATA["previous"].copy(data=attention(FALLS, [2]))
    moving[{"init": 1}] = 0.2
    (part,) = L1_ALIKE.judge(DATA.assign(previous=moving, itself=0 * moving))
    assert part.holds is None and "no head's attention moves" in part.undecided
