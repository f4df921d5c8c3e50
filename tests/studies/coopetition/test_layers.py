import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._layers import FROZEN, KINDS, LAYERS, MOVES, SAME, STILL
from studies.judging import changed, judge_test

STEPS = np.linspace(0, 1.6e6, 9)
OWN = np.stack([np.linspace(0.5, 0.9, 9), np.linspace(0.5, 0.95, 9), np.linspace(0.9, 0.1, 9)])
LATE = OWN + 0.02
LATE[:, 0] += 0.3
EARLY = np.full((3, 3, 9), np.nan)
for frozen, place in enumerate((2, 4, 5)):
    EARLY[frozen, :, place:] = OWN[:, place, None]
DIMS = ("kind", "sequences")
DATA = xr.Dataset(
    {
        "own": (DIMS, OWN),
        "late_second": (DIMS, LATE),
        "early_first": (("frozen", *DIMS), EARLY),
        "moment": ("frozen", STEPS[[2, 4, 5]]),
        "emerged": ((), STEPS[1]),
    },
    {"kind": list(KINDS), "sequences": STEPS, "frozen": list(FROZEN)},
)
STOPPED = OWN.copy()
STOPPED[:, 5:] = OWN[:, 5, None]
BROKEN = {
    SAME: changed(DATA, "late_second", OWN[1] + 0.1, kind="ciwl"),
    STILL: changed(DATA, "early_first", 0.3, frozen="peak", kind="flip", sequences=STEPS[-1]),
    MOVES: changed(changed(DATA, "own", STOPPED), "late_second", STOPPED),
}
test_judge = judge_test(LAYERS, DATA, BROKEN)
