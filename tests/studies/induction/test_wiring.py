import numpy as np
import xarray as xr

from dynamicl.studies.induction._wiring import BEST, MANY, NOISY, WIRING
from studies.judging import changed, judge_test

SEEDS, HEADS = 4, 4
DIMS = ("seed", "first", "second")
RNG = np.random.default_rng(0)
PATHS = np.full((SEEDS, HEADS, HEADS), 0.4)
PATHS[:, 0, 0], PATHS[:, 0, 1], PATHS[:, 1, 0] = 0.85, 0.7, 0.7
DATA = xr.Dataset(
    {
        "path_match": (DIMS, PATHS),
        "path_copy": (DIMS, RNG.random(PATHS.shape)),
        "composition_k": (DIMS, RNG.random(PATHS.shape)),
        "composition_v": (DIMS, RNG.random(PATHS.shape)),
    },
    {"seed": range(SEEDS), "first": range(HEADS), "second": range(HEADS)},
)
BROKEN = {
    # Two seeds in which a second head listens to two, and no first head is listened to by two.
    MANY: changed(DATA, "path_match", 0.4, seed=[0, 1], first=0, second=1),
    BEST: changed(DATA, "path_match", 0.7, first=0, second=0),
    NOISY: changed(DATA, "composition_k", 2 * PATHS),
}
test_judge = judge_test(WIRING, DATA, BROKEN)


def test_either_direction_alone_is_not_many_to_many():
    for place in ({"first": 0, "second": 1}, {"first": 1, "second": 0}):
        many = WIRING.judge(changed(DATA, "path_match", 0.4, **place))[0]
        assert many.value == 0


def test_either_composition_score_may_tell_too_much():
    told = changed(DATA, "composition_v", -DATA["path_copy"].values)
    assert WIRING.judge(told)[2].value > 0.99
