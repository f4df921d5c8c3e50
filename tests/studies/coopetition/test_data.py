from dynamicl.studies.coopetition._data import (
    APPEARS,
    DATA,
    FEW_FEW,
    FEW_MANY,
    FEWER,
    MANY,
    MANY_FEW,
    NAMES,
    NEVER,
)
from studies.judging import judge_test

from .worlds import FLAT, LOW_FLIP, with_curve, world

SIZES = {"classes": ("setting", [1600, 1600, 200, 200]), "drawings": ("setting", [20, 5, 20, 5])}
WHOLE = world({"setting": NAMES, "init": range(2)}).assign(SIZES)
for name in (FEW_MANY, FEW_FEW):
    WHOLE = with_curve(WHOLE, "flip", LOW_FLIP, setting=name)
WHOLE = with_curve(WHOLE, "icl", FLAT, setting=FEW_FEW)
UP = ((0, 0.49), (6e5, 0.6), (1.6e6, 0.1))
BROKEN = {
    MANY: with_curve(WHOLE, "flip", LOW_FLIP, setting=MANY_FEW),
    FEWER: with_curve(WHOLE, "flip", UP, setting=FEW_MANY, init=[1]),
    APPEARS: with_curve(WHOLE, "icl", FLAT, setting=FEW_MANY),
    NEVER: with_curve(WHOLE, "icl", ((0, 0.5), (8e5, 0.65), (1.6e6, 0.5)), setting=FEW_FEW, init=[0]),
}
test_judge = judge_test(DATA, WHOLE, BROKEN)
