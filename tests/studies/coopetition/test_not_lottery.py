import numpy as np
import pytest

from dynamicl.studies.coopetition._not_lottery import APPEARS, LATER, NOT_COME, NOT_LOTTERY
from studies.judging import judge_test

from .worlds import FLAT, with_curve, world

OFF = {"condition": "heads off"}
SLOW = ((0, 0.5), (4e5, 0.52), (9e5, 0.8), (1.6e6, 0.6))
BOTH = world({"condition": ["main", "heads off"], "init": range(2)})
DATA = with_curve(BOTH, "icl", SLOW, **OFF).assign(off=(("init", "head"), np.eye(2, 8, dtype=bool)))
BROKEN = {
    APPEARS: with_curve(DATA, "icl", FLAT, **OFF),
    LATER: with_curve(DATA, "icl", ((0, 0.5), (1e5, 0.8), (1.6e6, 0.6)), init=[0], **OFF),
}
test_judge = judge_test(NOT_LOTTERY, DATA, BROKEN)


def test_halfway_is_that_of_the_runs_own_peak():
    # Lower than the main run's half from beginning to end, and as soon at its own.
    low = ((0, 0.5), (2e5, 0.51), (3e5, 0.58), (1.6e6, 0.6))
    assert NOT_LOTTERY.judge(with_curve(DATA, "icl", low, **OFF))[1].holds is False


@pytest.mark.parametrize("where", [OFF, {}], ids=["without the heads", "in neither run"])
def test_what_never_comes_does_not_come_later(where):
    assert NOT_LOTTERY.judge(with_curve(DATA, "icl", FLAT, **where))[1].undecided == NOT_COME
