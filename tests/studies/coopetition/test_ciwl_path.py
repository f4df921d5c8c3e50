import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._ciwl_path import CIWL_PATH, FIRST, LAST, MIDDLE, PLATEAU
from studies.judging import judge_test

from .worlds import X, line, with_curve

STAYS, LEARNT = ((0, 9.0), (1e5, 0.72), (1.6e6, 0.7)), ((0, 9.0), (1e5, 0.72), (8e5, 0.1), (1.6e6, 0.05))
TAKEN = [2e5, 4e5, 6e5, 8e5, 3e6]
LOSS = np.stack([line(STAYS if i in (0, 4) else LEARNT) for i in range(5)])
DATA = xr.Dataset(
    {
        "loss": (("taken", "sequences"), LOSS),
        "icl": (("taken", "sequences"), 0 * LOSS),
        "ciwl": ("time", [0.5, 0.9]),
    },
    {"taken": TAKEN, "sequences": X, "time": [0, 3.2e6]},
)
BROKEN = {
    MIDDLE: with_curve(DATA, "loss", ((0, 9.0), (1e5, 0.72), (1.6e6, 0.5))),
    FIRST: with_curve(DATA, "loss", LEARNT, taken=[TAKEN[0]]),
    LAST: with_curve(DATA, "loss", LEARNT, taken=[TAKEN[-1]]),
}
test_judge = judge_test(CIWL_PATH, DATA, BROKEN)


def test_few_times_decide_nothing():
    assert {part.undecided for part in CIWL_PATH.judge(DATA.isel(taken=[0, 2, 4]))} == {
        "the ciwl-only run gives 3 times, 4 are needed"
    }


def test_where_none_leaves_the_plateau_nothing_is_decided():
    assert {part.undecided for part in CIWL_PATH.judge(with_curve(DATA, "loss", STAYS))} == {PLATEAU}
