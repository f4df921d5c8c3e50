import numpy as np
import xarray as xr

from dynamicl.studies.induction._additive import ADDITIVE, EXCEPT, LINK, ONLY, OTHERS, WITHOUT
from studies.judging import changed, judge_test

SEEDS, HEADS = 4, 4
NOISE = 0.001 * np.arange(SEEDS)[:, None]
DIMS = ("seed", "head")
DATA = xr.Dataset(
    {
        "induction_strength": (DIMS, np.array([0.3, 0.8, 0.5, 0.1]) + NOISE),
        "accuracy_without": (DIMS, np.array([0.997, 0.96, 0.996, 0.998]) - NOISE),
        "accuracy_alone": (DIMS, np.array([0.6, 0.97, 0.8, 0.5]) - NOISE),
        "accuracy": ("seed", 0.999 - NOISE[:, 0]),
    },
    {"seed": range(SEEDS), "head": range(HEADS)},
)
BROKEN = {
    OTHERS: changed(DATA, "accuracy_without", 0.98, head=2),
    EXCEPT: changed(DATA, "accuracy_without", np.array([0.997, 0.999, 0.996, 0.998]) - NOISE),
    ONLY: changed(DATA, "accuracy_alone", 0.9, head=1),
    WITHOUT: changed(DATA, "accuracy_without", 0.9, head=1),
    LINK: changed(DATA, "accuracy_alone", np.tile([0.9, 0.97, 0.3, 0.96], (SEEDS, 1))),
}
test_judge = judge_test(ADDITIVE, DATA, BROKEN)
