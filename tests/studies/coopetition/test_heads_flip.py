import numpy as np

from dynamicl.studies.coopetition._heads_flip import HEADS_FLIP, TURNED
from studies.judging import changed, judge_test

from .worlds import X, line, world

CURVE = line(((0, 0.0), (6e5, 0.3), (1.2e6, -0.3), (1.6e6, -0.4)))
TABLE = np.repeat(np.tile(CURVE, (3, 1))[..., None], 8, axis=2)
# Two heads of every run take no side.
TABLE[..., 6:] = 0
DATA = world({"init": range(3)}).assign(strength=(("init", "sequences", "head"), TABLE))
LATE = TABLE.copy()
LATE[:, X > 1e6, 0] = 0
test_judge = judge_test(HEADS_FLIP, DATA, {TURNED: changed(DATA, "strength", LATE)})


def test_the_heads_that_turn_are_those_that_read_the_context():
    # Six heads are above .1 at the peak and six are below -.1 at the end: five of them the same.
    other = LATE.copy()
    other[:, X > 1e6, 6] = -0.4
    (part,) = HEADS_FLIP.judge(changed(DATA, "strength", other))
    assert part.value == 5 and part.holds is False
