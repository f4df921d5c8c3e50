import numpy as np
import xarray as xr

from dynamicl.studies.induction._single_head import LATER, NEARLY_ALL, SINGLE_HEAD, SOLVED
from studies.judging import changed, judge_test

HEADS, SEEDS = 3, 4
FULL = np.array([1e5, 1.1e5, 0.9e5, 1e5])
DATA = xr.Dataset(
    {
        "accuracy": (("head", "seed", "sequences"), np.tile([0.5, 0.995, 0.9], (HEADS, SEEDS, 1))),
        "learning_time": (("head", "seed"), np.outer([1.5, 2.0, 2.5], FULL)),
        "full_learning_time": ("seed", FULL),
        "strength": (("seed", "head"), np.tile([0.8, 0.5, 0.2], (SEEDS, 1))),
    },
    {"head": range(HEADS), "seed": range(SEEDS), "sequences": [0.0, 1e5, 2e5]},
)
scattered = np.ones((HEADS, 1)) * FULL * [1.01, 1.01, 1.01, 50.0]
BROKEN = {
    SOLVED: changed(DATA, "accuracy", 0.9, head=2, seed=1),
    LATER: changed(DATA, "learning_time", scattered),
    NEARLY_ALL: changed(DATA, "learning_time", 0.9e5, head=0, seed=0),
}
test_judge = judge_test(SINGLE_HEAD, DATA, BROKEN)


def test_heads_that_are_faster_alone_are_counted():
    fast = BROKEN[NEARLY_ALL]
    assert SINGLE_HEAD.note(DATA) == ""
    assert SINGLE_HEAD.note(fast).startswith(
        "1 heads are faster alone than all eight together, among them the"
    )
    assert "strongest of 1 of 4 seeds" in SINGLE_HEAD.note(fast)
