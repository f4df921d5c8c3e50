import numpy as np
import xarray as xr

from dynamicl.studies.induction._data import CIRCUITS, CLASSES, DATA, DELAYS, LABELS, OWN
from studies.judging import changed, judge_test

SEEDS = 4
BASE = 1e5 * np.array([0.9, 1.0, 1.1, 1.2])
DIMS = ("circuit", "task", "seed")
TRUE = {
    "network": (1.5, 3.0),
    "match (B)": (1.5, 1.0),
    "copy (C)": (1.0, 3.0),
    "both (B, C)": (1.5, 2.0),
}
TIMES = np.array([np.outer([1.0, *factors], BASE) for factors in TRUE.values()])
MEASURED = xr.Dataset(
    {"learning_time": (DIMS, TIMES), "learnt": (DIMS, np.ones_like(TIMES, bool))},
    {"circuit": list(CIRCUITS), "task": [OWN, CLASSES, LABELS], "seed": range(SEEDS)},
)
UNSURE = np.array([0.4, 1.0, 3.0, 9.0])


def broken():
    """Each part's dataset: delays that are certain and small, large and uncertain, or where there should be none."""
    for delay in DELAYS:
        factors = {">=": 1.1, "low >": UNSURE, "<": 1.5}
        for threshold in delay.thresholds:
            times = factors[threshold.comparison] * BASE
            yield threshold, changed(MEASURED, "learning_time", times, circuit=delay.circuit, task=delay.task)


test_judge = judge_test(DATA, MEASURED, dict(broken()))


def test_the_note_compares_matching_with_the_network():
    small = changed(MEASURED, "learning_time", 0.05 * BASE, circuit="match (B)", task=OWN)
    told = DATA.note(changed(small, "learnt", False, circuit="network", task=LABELS))
    assert "later in 4 of 4 seeds; matching alone takes 5% of the network's" in told
    assert told.endswith("4 of 48 runs do not learn in their time (lower bounds)")
