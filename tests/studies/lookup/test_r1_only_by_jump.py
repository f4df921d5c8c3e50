import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r1_only_by_jump import ALL, ONLY_BY_JUMP
from studies.judging import changed, judge_test

KIND = ["exact"] * 9 + ["stalled", "plateau", "exact"]
TIME = np.array([800.0] * 9 + [np.nan] * 2 + [900.0])
DATA = xr.Dataset(
    {"kind": ("run", KIND), "jump_time": ("run", TIME), "sharp": ("run", np.arange(12) < 6)},
    {"run": range(12)},
)
BROKEN = {ALL: changed(DATA, "jump_time", np.nan, run=3)}
test_judge = judge_test(ONLY_BY_JUMP, DATA, BROKEN)


def test_runs_that_are_not_exact_need_no_jump_and_few_exact_ones_decide_nothing():
    (part,) = ONLY_BY_JUMP.judge(DATA)
    assert part.n == 10 and part.value > 0.9 and "6 of 10 jumps" in ONLY_BY_JUMP.note(DATA)
    (few,) = ONLY_BY_JUMP.judge(DATA.isel(run=slice(3, 11)))
    assert few.holds is None and few.undecided == "6 of 8 runs converged, fewer than 8"
