from dynamicl.studies.coopetition._not_needed import FLIP, NEVER, NOT_NEEDED, TIME
from studies.judging import judge_test

from .worlds import FLAT, LOW_FLIP, with_curve, world

BARRED = {"condition": "barred"}
BOTH = world({"condition": ["main", "barred"], "init": range(2)})
DATA = with_curve(with_curve(BOTH, "icl", FLAT, **BARRED), "flip", LOW_FLIP, **BARRED)
BROKEN = {
    NEVER: with_curve(DATA, "icl", ((0, 0.5), (8e5, 0.65), (1.6e6, 0.5)), **BARRED),
    FLIP: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.6), (1.6e6, 0.1)), **BARRED),
    TIME: with_curve(DATA, "ciwl", ((0, 0.5), (4e5, 0.75), (1.6e6, 0.87)), **BARRED),
}
test_judge = judge_test(NOT_NEEDED, DATA, BROKEN)


def test_times_are_open_where_ciwl_does_not_come():
    slow = with_curve(DATA, "ciwl", ((0, 0.5), (1.6e6, 0.65)), init=[1])
    assert NOT_NEEDED.judge(slow)[2].undecided == "ciwl does not reach .7 in every run"
