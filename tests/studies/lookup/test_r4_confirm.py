import numpy as np

from dynamicl.studies.lookup._r4_confirm import ALL, CONFIRM, last_forks
from studies.judging import changed, judge_test
from studies.lookup.test_r4_early_fate import DATA

NAMED = DATA.assign_coords(at=range(6))
BROKEN = {ALL: changed(NAMED, "converging", 28.0, model=3, at=5)}
test_judge = judge_test(CONFIRM, NAMED, BROKEN)


def test_each_models_last_step_is_its_own():
    fewer = changed(DATA, "forks", [[30.0] * 6, [30.0] * 4 + [np.nan] * 2])
    assert last_forks(fewer) == [(30, 30), (25, 30)]


def test_a_model_that_did_not_converge_leaves_it_open():
    (part,) = CONFIRM.judge(changed(DATA, "parent_converged", False, model=1))
    assert part.holds is None
