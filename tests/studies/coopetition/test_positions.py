from dynamicl.studies.coopetition._positions import KNOWN, NEVER, PLACES
from dynamicl.studies.coopetition._runs import POSITIONS
from studies.judging import judge_test

from .worlds import FLAT, with_curve, world

DATA = with_curve(world({"positions": POSITIONS, "init": range(2)}), "icl", FLAT)
SOME = ((0, 0.5), (8e5, 0.65), (1.6e6, 0.5))
LESS = ((0, 0.5), (1.6e6, 0.7))
BROKEN = {bar: with_curve(DATA, "icl", SOME, positions=name, init=[1]) for name, bar in NEVER.items()}
BROKEN |= {bar: with_curve(DATA, "ciwl", LESS, positions=name) for name, bar in KNOWN.items()}
test_judge = judge_test(PLACES, DATA, BROKEN)
