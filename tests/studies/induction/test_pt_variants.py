import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._pt_variants import ALL, LITTLE, PT_VARIANTS, SEVERE, SURE
from dynamicl.studies.induction._runs import PATTERNS
from studies.judging import changed, judge_test

FREE = 1e5 * np.array([0.9, 1.0, 1.1, 1.2])
DIMS = ("heads", "seed")
DATA = xr.Dataset(
    {
        "learning_time": (DIMS, np.outer([1.1, 0.8, 3.0], FREE)),
        "learnt": (DIMS, np.ones((3, 4), bool)),
        "unclamped_learning_time": ("seed", FREE),
        "strongest_learning_time": ("seed", 0.9 * FREE),
    },
    {"heads": list(PATTERNS), "seed": range(4)},
)
STRONGEST, ANOTHER, THREE = LITTLE
BROKEN = {
    LITTLE[STRONGEST]: changed(DATA, "strongest_learning_time", 2 * FREE),
    LITTLE[ANOTHER]: changed(DATA, "learning_time", 2 * FREE, heads=ANOTHER),
    LITTLE[THREE]: changed(DATA, "learning_time", 0.5 * FREE, heads=THREE),
    SEVERE: changed(DATA, "learning_time", 1.5 * FREE, heads=ALL),
    SURE: changed(DATA, "learning_time", FREE * [0.2, 1.0, 30.0, 90.0], heads=ALL),
}
test_judge = judge_test(PT_VARIANTS, DATA, BROKEN)


def test_learning_twice_as_fast_is_as_large_a_change_as_twice_as_slow():
    parts = PT_VARIANTS.judge(changed(DATA, "learning_time", 0.5 * FREE, heads=THREE))
    assert parts[2].value == pytest.approx(2) and parts[1].value == pytest.approx(1.1)
