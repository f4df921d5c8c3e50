import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._l1_ablation import L1_ABLATION, SILENCED
from studies.judging import changed, judge_test

DIMS = ("init", "sequences")
DATA = xr.Dataset(
    {
        "icl": (DIMS, [[0.5, 0.7, 0.8, 0.55]] * 2),
        "ablated": (DIMS, [[0.5, 0.51, 0.52, 0.6]] * 2),
        "off": (("init", "head"), np.eye(2, 8, dtype=bool)),
    },
    {"init": [0, 1], "sequences": [0, 4e5, 8e5, 1.2e6]},
    {"evaluated": 5000},
)
BROKEN = changed(DATA, "ablated", 0.56, init=1, sequences=8e5)
test_judge = judge_test(L1_ABLATION, DATA, {SILENCED: BROKEN})


def test_without_in_context_learning_there_is_nothing_to_silence():
    (part,) = L1_ABLATION.judge(changed(DATA, "icl", 0.5, init=1))
    assert part.undecided == "icl is not above .6 at a checkpoint of every run"
