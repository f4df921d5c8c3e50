import numpy as np

from dynamicl.studies.coopetition._heads_flip import HEADS_FLIP, PEAK, TURNED
from studies.judging import changed, judge_test

from .worlds import X, line, world

CURVE = line(((0, 0.0), (6e5, 0.3), (1.2e6, -0.3), (1.6e6, -0.4)))
TABLE = np.repeat(np.tile(CURVE, (3, 1))[..., None], 8, axis=2)
# Two heads of every run take no side.
TABLE[..., 6:] = 0
DATA = world({"init": range(3)}).assign(strength=(("init", "sequences", "head"), TABLE))
LATE, EARLY = TABLE.copy(), TABLE.copy()
LATE[:, X > 1e6, 0], EARLY[:, X < 8e5, 0] = 0, 0
BROKEN = {PEAK: changed(DATA, "strength", EARLY), TURNED: changed(DATA, "strength", LATE)}
test_judge = judge_test(HEADS_FLIP, DATA, BROKEN)
