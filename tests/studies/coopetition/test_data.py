from dynamicl.studies.coopetition._data import (
    APPEARS,
    DATA,
    FEW_FEW,
    FEW_MANY,
    FEWER,
    MAIN,
    MANY,
    MANY_FEW,
    NAMES,
    NEVER,
)
from studies.judging import judge_test

from .worlds import FLAT, LOW_FLIP, RANDOM_START, with_curve, world

SIZES = {"classes": ("setting", [1600, 1600, 200, 200]), "drawings": ("setting", [20, 5, 20, 5])}
WHOLE = world({"setting": NAMES, "init": range(2)}).assign(SIZES)
for name in (FEW_MANY, FEW_FEW):
    WHOLE = with_curve(WHOLE, "flip", LOW_FLIP, setting=name)
WHOLE = with_curve(WHOLE, "icl", FLAT, setting=FEW_FEW)
UP = ((0, 0.49), (6e5, 0.6), (1.6e6, 0.1))
BROKEN = {
    MANY: with_curve(WHOLE, "flip", RANDOM_START, setting=MAIN, init=[1]),
    FEWER: with_curve(WHOLE, "flip", UP, setting=FEW_MANY, init=[1]),
    APPEARS: with_curve(WHOLE, "icl", FLAT, setting=FEW_MANY),
    NEVER: with_curve(WHOLE, "icl", ((0, 0.5), (8e5, 0.65), (1.6e6, 0.5)), setting=FEW_FEW, init=[0]),
}
test_judge = judge_test(DATA, WHOLE, BROKEN)


def test_few_drawings_of_many_classes_may_stay_below_one_half():
    assert all(part.holds for part in DATA.judge(with_curve(WHOLE, "flip", LOW_FLIP, setting=MANY_FEW)))


def test_an_untrained_network_is_not_above_one_half():
    assert DATA.judge(with_curve(WHOLE, "flip", RANDOM_START, setting=FEW_MANY))[1].holds
