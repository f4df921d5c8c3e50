import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._other_way import GOES, LABELS, LACKING, LOOKS, ORDINARY, OTHER_WAY, READS
from studies.judging import changed, judge_test

BARRED, MAIN = (0.71, 0.5, 0.7, 0.49), (0.75, 0.74, 0.76, 0.5)
DATA = xr.Dataset(
    {
        "barred": (("barred_run", "lacking"), np.tile(BARRED, (3, 1))),
        "main": (("main_run", "lacking"), np.tile(MAIN, (5, 1))),
    },
    {"lacking": list(LACKING)},
    {"sequences": 2000},
)
NOTHING, LOOK, LABEL, GO = LACKING
BROKEN = {
    # The whole falls with the cut beside it, so that nothing else changes.
    READS: changed(
        changed(DATA, "barred", 0.61, barred_run=1, lacking=NOTHING),
        "barred",
        0.6,
        barred_run=1,
        lacking=LABEL,
    ),
    LOOKS: changed(DATA, "barred", 0.6, barred_run=2, lacking=LOOK),
    GOES: changed(DATA, "barred", 0.6, barred_run=0, lacking=GO),
    LABELS: changed(DATA, "barred", 0.6, barred_run=0, lacking=LABEL),
    ORDINARY: changed(DATA, "main", 0.6, main_run=4, lacking=LOOK),
}
test_judge = judge_test(OTHER_WAY, DATA, BROKEN)
