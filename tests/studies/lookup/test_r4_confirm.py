import numpy as np

from dynamicl.studies.lookup._r4_confirm import ALL, CONFIRM, confirming_forks
from studies.judging import changed, judge_test
from studies.lookup.test_r4_early_fate import DATA

NAMED = DATA.assign_coords(at=range(6))
BROKEN = {ALL: changed(NAMED, "converging", 28.0, model=3, at=4)}
test_judge = judge_test(CONFIRM, NAMED, BROKEN)


def test_each_models_step_is_the_one_nearest_to_8_percent_of_its_way():
    # S is 4000 and 5000: step 400 is nearest to 320, and to 400.
    assert confirming_forks(NAMED) == [(0.1, 30, 30), (0.08, 30, 30)]
    slower = changed(NAMED, "S", 2000.0, model=1)
    assert confirming_forks(slower)[0] == (0.1, 25, 30)
    assert "model 1 at 10.0% of S: P 0.83" in CONFIRM.note(slower)
    fewer = changed(NAMED, "fork_step", np.nan, model=3, at=4)
    assert confirming_forks(fewer)[1] == (0.04, 25, 30)


def test_forks_from_the_end_of_training_do_not_confirm():
    late = changed(NAMED, "converging", [[5.0, 10, 15, 25, 29, 30]] * 2)
    (part,) = CONFIRM.judge(late)
    assert part.holds is False and part.n == 60


def test_a_model_that_did_not_converge_leaves_it_open():
    (part,) = CONFIRM.judge(changed(NAMED, "parent_converged", False, model=1))
    assert part.holds is None
