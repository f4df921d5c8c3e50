import numpy as np
import xarray as xr

from dynamicl.studies.distribution._train_classes import ALIKE, HIGHER, TRAIN_CLASSES
from studies.judging import changed, judge_test

UNSEEN = np.linspace(0.5, 0.8, 12)
DATA = xr.Dataset(
    {"unseen": ("condition", UNSEEN), "trained": ("condition", UNSEEN + 0.01)},
    {"condition": [f"burst {place}" for place in range(12)]},
)
BROKEN = {
    ALIKE: changed(DATA, "trained", UNSEEN[::-1] + 0.01),
    HIGHER: changed(DATA, "trained", UNSEEN - 0.01),
}
test_judge = judge_test(TRAIN_CLASSES, DATA, BROKEN)
