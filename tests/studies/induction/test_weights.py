import numpy as np
import xarray as xr

from dynamicl.studies.induction._weights import FOREIGN, FOREIGN_SURE, OWN, WEIGHTS
from studies.judging import judge_test

FULL = 1e5 * np.array([0.9, 1.0, 1.1, 1.2])


def times(own, others):
    """Learning times as multiples of the full network's."""
    table = np.array([own * FULL, others * FULL, others * FULL])
    return xr.Dataset(
        {
            "learning_time": (("shift", "seed"), table),
            "learnt": (("shift", "seed"), np.ones_like(table, bool)),
            "full_learning_time": ("seed", FULL),
        },
        {"shift": range(3), "seed": range(4)},
    )


DATA = times(0.2, 0.8)
BROKEN = {
    FOREIGN: times(0.2, 0.24),
    FOREIGN_SURE: times(0.2, 0.2 * np.array([0.2, 1.0, 9.0, 30.0])),
    OWN: times(1.1, 5.0),
}
test_judge = judge_test(WEIGHTS, DATA, BROKEN)
