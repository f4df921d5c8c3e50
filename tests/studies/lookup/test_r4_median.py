import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_median import AROUND_ZERO, MEDIAN, NO_TEST
from studies.judging import judge_test

STEPS, FORKS = 10, 30


def forks(*models):
    """Models whose P rises with t, and whose converging forks take these times in the median."""
    wins = np.linspace(10, 28, STEPS).astype(int)
    steps, times = np.full((len(models), STEPS), np.nan), np.full((len(models), STEPS, FORKS), np.nan)
    for i, medians in enumerate(models):
        for j, median in enumerate(medians):
            steps[i, j], times[i, j, : wins[j]] = 100.0 * j, 5000 + 100.0 * median
    return xr.Dataset(
        {"fork_step": (("model", "at"), steps), "times": (("model", "at", "fork"), times)},
        {"model": [1, 3]},
    )


NONE = [3, 8, 1, 6, 9, 0, 5, 2, 7, 4]
STRONG = [9, 8, 7, 6, 5, 4, 3, 2, 0, 1]
# Spearman's -0.67: the permutation test sees it (p 0.043), the interval just holds 0.
WEAK = [9, 3, 8, 7, 6, 5, 0, 2, 1, 4]
# Five steps with ties: the interval leaves 0 out, the permutation test cannot (p 0.069).
FEW = [0, 0, 1, 2, 2]
DATA = forks(NONE, NONE)
test_judge = judge_test(MEDIAN, DATA, {AROUND_ZERO: forks(NONE, FEW), NO_TEST: forks(WEAK, NONE)})


def test_a_correlation_of_either_model_is_found():
    for data in (forks(NONE, STRONG), forks(STRONG, NONE)):
        around, no_test = MEDIAN.judge(data)
        assert around.holds is False and no_test.holds is False and around.n == 2 * STEPS
    assert "model 3:" in MEDIAN.note(DATA)


def test_too_few_steps_leave_it_open():
    few = DATA.copy(deep=True)
    few["times"][1, 3:] = np.nan
    parts = MEDIAN.judge(few)
    assert [part.holds for part in parts] == [None, None] and "4 are needed" in parts[0].undecided
