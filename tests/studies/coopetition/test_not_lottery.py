import numpy as np

from dynamicl.studies.coopetition._not_lottery import APPEARS, LATER, NOT_LOTTERY
from studies.judging import judge_test

from .worlds import with_curve, world

OFF = {"condition": "heads off"}
SLOW = ((0, 0.5), (4e5, 0.52), (9e5, 0.8), (1.6e6, 0.6))
BOTH = world({"condition": ["main", "heads off"], "init": range(2)})
DATA = with_curve(BOTH, "icl", SLOW, **OFF).assign(off=(("init", "head"), np.eye(2, 8, dtype=bool)))
BROKEN = {
    APPEARS: with_curve(DATA, "icl", ((0, 0.5), (1.6e6, 0.5)), **OFF),
    LATER: with_curve(DATA, "icl", ((0, 0.5), (1e5, 0.8), (1.6e6, 0.6)), init=[0], **OFF),
}
test_judge = judge_test(NOT_LOTTERY, DATA, BROKEN)
