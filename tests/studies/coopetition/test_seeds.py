import numpy as np

from dynamicl.studies.coopetition._seeds import PROFILES, SEEDS, SHORT, SPREAD
from studies.judging import judge_test

from .worlds import with_curve, world

RUNS = {"run": range(7)}
INITS, DATAS = [0, 1, 2, 3, 4, 0, 0], [0, 0, 0, 0, 0, 1, 2]


def seeds(scales):
    data = world(RUNS, scales).assign(init=("run", INITS), data=("run", DATAS))
    # Curves that are over go on by this much.
    drift = 1e-8 * data["sequences"]
    return data.assign(flip=data["flip"] - drift, ciwl=data["ciwl"] + drift)


DATA = seeds([1, 0.8, 0.7, 0.9, 0.6, 1.02, 0.98])
BROKEN = {
    SPREAD: seeds([1, 1.01, 0.99, 1, 1, 0.8, 0.6]),
    # icl does not fade in one run of seven.
    PROFILES: with_curve(DATA, "icl", ((0, 0.5), (6e5, 0.8), (1.6e6, 0.8)), run=[3]),
}
test_judge = judge_test(SEEDS, DATA, BROKEN)


def test_two_seeds_decide_no_spread():
    few = DATA.isel(run=[0, 1, 5])
    assert SEEDS.judge(few)[0].undecided == "three seeds of either kind are needed"


def test_runs_that_end_before_ciwl_is_known_leave_the_profiles_open():
    short = DATA.copy(deep=True)
    for name in ("icl", "ciwl", "flip"):
        short[name].values[5:, 90:] = np.nan
    spread, profiles = SEEDS.judge(short)
    assert spread.holds and profiles.holds is None and profiles.undecided == SHORT
