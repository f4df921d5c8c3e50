import numpy as np

from dynamicl.studies.coopetition._l1_heads import GONE, KINDS, L1_HEADS
from studies.judging import changed, judge_test

from .worlds import line, world

SHAPE = (3, 101, len(KINDS), 8)
DIMS = ("init", "sequences", "kind", "head")


def attention(knots, heads):
    table = np.full(SHAPE, 0.2)
    table[..., heads] = line(knots)[None, :, None, None]
    return table


FALLS, RISES = ((0, 0.3), (6e5, 0.6), (1.6e6, 0.1)), ((0, 0.3), (6e5, 0.3), (1.6e6, 0.8))
KEPT = ((0, 0.3), (6e5, 0.6), (1.6e6, 0.5))
BOTH = {"kind": list(KINDS), "head": range(8)}
DATA = (
    world({"init": range(3)})
    .assign(previous=(DIMS, attention(FALLS, [2])), itself=(DIMS, attention(RISES, [2])))
    .assign_coords(BOTH)
)
test_judge = judge_test(L1_HEADS, DATA, {GONE: changed(DATA, "previous", attention(KEPT, [2]))})


def test_the_head_that_turns_to_itself_is_the_one_that_lost():
    apart = changed(DATA, "itself", attention(((0, 0.3), (1.6e6, 0.1)), [2]))
    assert L1_HEADS.judge(apart)[0].holds is False
    weak = changed(DATA, "previous", attention(((0, 0.2), (6e5, 0.25), (1.6e6, 0.01)), [2]))
    assert L1_HEADS.judge(weak)[0].holds is False
