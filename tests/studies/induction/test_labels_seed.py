import numpy as np
import xarray as xr

from dynamicl.studies.induction._data import CIRCUITS, CLASSES, LABELS, NETWORK, OWN
from dynamicl.studies.induction._labels_seed import LABELS_SEED, NOT_ALWAYS, SLOWER, SOMETIMES, TEN
from studies.judging import changed, judge_test

TASKS = [OWN, CLASSES, TEN, LABELS]
TIMES = np.tile(np.array([5.0, 6.0, 6.0, 8.0])[:, None], (4, 1, 5))
TIMES[:, 3, 0] = 6.2
DATA = xr.Dataset(
    {"learning_time": (("circuit", "task", "seed"), TIMES)},
    {"circuit": list(CIRCUITS), "task": TASKS, "seed": range(5)},
)
BROKEN = {
    SLOWER[CLASSES]: changed(DATA, "learning_time", 4.0, circuit=NETWORK, task=CLASSES, seed=[0, 1]),
    SLOWER[LABELS]: changed(DATA, "learning_time", 4.9, circuit=NETWORK, task=LABELS, seed=[0, 1]),
    SOMETIMES: changed(DATA, "learning_time", 8.0, circuit=NETWORK, task=LABELS, seed=0),
    NOT_ALWAYS: changed(DATA, "learning_time", 6.1, circuit=NETWORK, task=LABELS),
}
test_judge = judge_test(LABELS_SEED, DATA, BROKEN)


def test_without_runs_of_ten_labels_what_compares_with_them_is_undecided():
    parts = LABELS_SEED.judge(DATA.sel(task=[OWN, CLASSES, LABELS]))
    assert [part.holds for part in parts] == [True, True, None, None]
    assert "no runs" in parts[2].undecided
