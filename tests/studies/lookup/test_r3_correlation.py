import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r3_correlation import CORRELATION, POSITIVE
from studies.judging import changed, judge_test

RUNS = 20
NORM = np.linspace(1400, 1500, RUNS)
# Exact runs go the other way, and do not count.
DATA = xr.Dataset(
    {
        "final_norm": ("run", np.concatenate([NORM, NORM])),
        "final_accuracy": ("run", np.concatenate([0.5 + NORM / 5000 + 0.01 * np.sin(NORM), 2 - NORM / 1000])),
        "kind": ("run", np.repeat(["stalled", "plateau", "exact"], [12, 8, RUNS])),
    }
)
FALLING = changed(DATA, "final_accuracy", np.concatenate([1 - NORM / 5000, 2 - NORM / 1000]))
test_judge = judge_test(CORRELATION, DATA, {POSITIVE: FALLING})


def test_it_takes_eight_runs_that_stalled():
    few = DATA.assign(kind=("run", np.repeat(["stalled", "plateau", "exact"], [7, 13, RUNS])))
    (part,) = CORRELATION.judge(few)
    assert part.holds is None and part.n == RUNS
    assert "among the 7 runs that left the plateau alone" in CORRELATION.note(few)
