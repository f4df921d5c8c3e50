import numpy as np

from dynamicl.studies.coopetition._seeds import PROFILES, SEEDS, SPREAD
from studies.judging import judge_test

from .worlds import LOW_FLIP, with_curve, world

RUNS = {"run": range(7)}
INITS, DATAS = [0, 1, 2, 3, 4, 0, 0], [0, 0, 0, 0, 0, 1, 2]


def seeds(scales):
    return world(RUNS, scales).assign(init=("run", INITS), data=("run", DATAS))


DATA = seeds([1, 0.8, 0.7, 0.9, 0.6, 1.02, 0.98])
BROKEN = {
    SPREAD: seeds([1, 1.01, 0.99, 1, 1, 0.8, 0.6]),
    PROFILES: with_curve(DATA, "flip", LOW_FLIP, run=[3, 4]),
}
BROKEN[PROFILES]["flip"].values[3:5, 30:34] += np.array([[0.02]])
test_judge = judge_test(SEEDS, DATA, BROKEN)


def test_two_seeds_decide_no_spread():
    few = DATA.isel(run=[0, 1, 5])
    assert SEEDS.judge(few)[0].undecided == "three seeds of either kind are needed"
