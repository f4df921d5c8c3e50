import numpy as np
import xarray as xr

from dynamicl.studies import Lab
from dynamicl.studies.induction._saddle import COUNTS, DOWN, FLAT, ORDER, SADDLE, SADDLE_AT_ORIGIN, UP
from dynamicl.studies.induction._settings import setting
from studies.judging import changed, judge_test

DRAWS = 3
DIMS = ("vectors", "draw")
ONES = np.ones((len(COUNTS), DRAWS))
TWO_ONLY = np.array([[1.0], [0.0], [0.0], [0.0]]) * ONES
DATA = xr.Dataset(
    {
        "is_saddle": (DIMS, ONES.astype(bool)),
        "lowest": (DIMS, -TWO_ONLY),
        "highest": (DIMS, TWO_ONLY),
        "order": (DIMS, np.array(COUNTS)[:, None] * ONES),
    },
    {"vectors": list(COUNTS), "draw": range(DRAWS)},
)
BROKEN = {
    SADDLE: changed(DATA, "is_saddle", False, vectors=4, draw=1),
    DOWN: changed(DATA, "lowest", 0.1, vectors=2, draw=0),
    UP: changed(DATA, "highest", -0.1, vectors=2, draw=2),
    FLAT: changed(DATA, "lowest", -1e-3, vectors=3, draw=0),
    ORDER: changed(DATA, "order", 4.9, vectors=5, draw=0),
}
test_judge = judge_test(SADDLE_AT_ORIGIN, DATA, BROKEN)


def test_the_origin_is_a_saddle_whatever_the_scale(tmp_path):
    data = SADDLE_AT_ORIGIN.measure(Lab(tmp_path, "smoke"), setting("smoke"), {})
    assert all(part.holds for part in SADDLE_AT_ORIGIN.parts(data, "smoke"))
