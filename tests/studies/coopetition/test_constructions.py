from dynamicl.studies.coopetition._constructions import BOTH, CONSTRUCTIONS, FALLS, RISES
from studies.judging import judge_test

from .worlds import LOW_FLIP, with_curve, world

DATA = world({"construction": CONSTRUCTIONS})
STAYS = ((0, 0.49), (6e5, 0.75), (1.6e6, 0.6))
BROKEN = {bar: with_curve(DATA, "flip", LOW_FLIP, construction=name) for name, bar in RISES.items()}
BROKEN |= {bar: with_curve(DATA, "flip", STAYS, construction=name) for name, bar in FALLS.items()}
test_judge = judge_test(BOTH, DATA, BROKEN)
