import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.induction._pt_variants import ALL, LITTLE, PT_VARIANTS, SEVERE, SURE
from dynamicl.studies.induction._runs import PATTERNS
from studies.judging import changed, judge_test

FREE = 1e5 * np.array([0.9, 1.0, 1.1, 1.2])
SPREAD = np.array([0.98, 1.0, 1.0, 1.02])
DIMS = ("heads", "seed")
DATA = xr.Dataset(
    {
        "learning_time": (DIMS, np.outer([1.1, 0.8, 3.0], FREE * SPREAD)),
        "learnt": (DIMS, np.ones((3, 4), bool)),
        "unclamped_learning_time": ("seed", FREE),
        "strongest_learning_time": ("seed", 0.9 * FREE),
    },
    {"heads": list(PATTERNS), "seed": range(4)},
)
STRONGEST, ANOTHER, THREE = LITTLE
BROKEN = {
    LITTLE[STRONGEST]: changed(DATA, "strongest_learning_time", 2 * FREE),
    LITTLE[ANOTHER]: changed(DATA, "learning_time", 2 * FREE, heads=ANOTHER),
    LITTLE[THREE]: changed(DATA, "learning_time", 0.5 * FREE, heads=THREE),
    SEVERE: changed(DATA, "learning_time", 1.5 * FREE, heads=ALL),
    SURE: changed(DATA, "learning_time", FREE * [0.2, 1.0, 30.0, 90.0], heads=ALL),
}
test_judge = judge_test(PT_VARIANTS, DATA, BROKEN)


def test_learning_twice_as_fast_is_as_large_a_change_as_twice_as_slow():
    parts = PT_VARIANTS.judge(changed(DATA, "learning_time", 0.5 * FREE, heads=THREE))
    assert parts[2].value == pytest.approx(2)


def test_changes_either_way_do_not_cancel():
    """Some seeds three times slower and some three times faster is no little change."""
    both = changed(DATA, "learning_time", FREE * [3.0, 1 / 3, 3.0, 1 / 3], heads=THREE)
    assert PT_VARIANTS.judge(both)[2].value == pytest.approx(3)


def test_runs_that_do_not_learn_leave_open_what_their_length_cannot_say():
    unlearnt = changed(DATA, "learnt", False, seed=0)
    short = changed(unlearnt, "learning_time", 1.5 * FREE, heads=ALL)
    outcomes = {part.name: part.holds for part in PT_VARIANTS.judge(short)}
    assert outcomes[LITTLE[THREE].name] is None and outcomes[SEVERE.name] is None
    assert outcomes[LITTLE[STRONGEST].name] is True
    assert {part.name: part.holds for part in PT_VARIANTS.judge(unlearnt)}[SEVERE.name] is True
