from dynamicl.studies.coopetition._slower import LATER, NEITHER, SLOWER
from studies.judging import judge_test

from .worlds import RANDOM_START, with_curve, world

OFF = {"condition": "heads off"}
BOTH = world({"condition": ["main", "heads off"], "init": range(2)})
DATA = with_curve(BOTH, "flip", ((0, 0.45), (8e5, 0.7), (1.4e6, 0.3), (1.6e6, 0.2)), **OFF)
EARLIER = ((0, 0.45), (3e5, 0.7), (6e5, 0.3), (1.6e6, 0.1))
test_judge = judge_test(SLOWER, DATA, {LATER: with_curve(DATA, "flip", EARLIER, init=[1], **OFF)})


def test_there_is_nothing_to_compare_where_flip_never_rose():
    (part,) = SLOWER.judge(with_curve(DATA, "flip", RANDOM_START, **OFF))
    assert part.undecided == "flip does not pass one half in every run"


def test_what_goes_down_in_neither_run_is_not_later():
    stays = with_curve(DATA, "flip", ((0, 0.45), (6e5, 0.75), (1.6e6, 0.6)))
    assert SLOWER.judge(stays)[0].undecided == NEITHER
    (part,) = SLOWER.judge(with_curve(stays, "flip", ((0, 0.45), (8e5, 0.7), (1.4e6, 0.3)), init=[1], **OFF))
    assert part.holds is False
