from dynamicl.studies.coopetition._constructions import BOTH, CONSTRUCTIONS, FALLS, RISES, WITHIN_ERROR
from studies.judging import judge_test

from .worlds import RANDOM_START, with_curve, world

DATA = world({"construction": CONSTRUCTIONS})
STAYS = ((0, 0.49), (6e5, 0.75), (1.6e6, 0.6))
BROKEN = {bar: with_curve(DATA, "flip", RANDOM_START, construction=name) for name, bar in RISES.items()}
BROKEN |= {bar: with_curve(DATA, "flip", STAYS, construction=name) for name, bar in FALLS.items()}
test_judge = judge_test(BOTH, DATA, BROKEN)


def test_a_limit_within_the_evaluations_error_is_not_decided():
    # Of 1,000 sequences .31 is .29 to .34 and .34 is .31 to .37.
    for end, undecided in ((0.31, WITHIN_ERROR), (0.29, WITHIN_ERROR), (0.34, "")):
        near = with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.75), (1.2e6, end), (1.6e6, end)))
        assert {part.undecided for part in BOTH.judge(near)[2:]} == {undecided}
