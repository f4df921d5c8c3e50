from dynamicl.studies.coopetition._one_layer import CLOSE, KNOWN, NEVER, ONE_LAYER
from studies.judging import judge_test

from .worlds import FLAT, with_curve, world

BOTH = world({"layers": [2, 1], "init": range(2)})
DATA = with_curve(BOTH, "icl", FLAT, layers=1)
LESS = ((0, 0.5), (8e5, 0.65), (1.6e6, 0.72))
BROKEN = {
    KNOWN: with_curve(DATA, "ciwl", LESS),
    CLOSE: with_curve(DATA, "ciwl", ((0, 0.5), (8e5, 0.9), (1.6e6, 0.98)), layers=2),
    NEVER: with_curve(DATA, "icl", ((0, 0.5), (8e5, 0.62), (1.6e6, 0.5)), layers=1, init=[0]),
}
test_judge = judge_test(ONE_LAYER, DATA, BROKEN)


def test_one_layer_may_not_be_ahead_either():
    ahead = with_curve(DATA, "ciwl", ((0, 0.5), (8e5, 0.9), (1.6e6, 0.98)), layers=1)
    assert ONE_LAYER.judge(ahead)[1].holds is False
