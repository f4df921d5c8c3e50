import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_median import MEDIAN, NONE
from studies.judging import judge_test

FORKS = 30


def forks(*models):
    """Models whose P rises with t, and whose converging forks take these times in the median."""
    number = max(len(medians) for medians in models)
    wins = np.arange(number) + 3
    steps, times = np.full((len(models), number), np.nan), np.full((len(models), number, FORKS), np.nan)
    for i, medians in enumerate(models):
        for j, median in enumerate(medians):
            steps[i, j], times[i, j, : wins[j]] = 100.0 * j, 5000 + 100.0 * median
    return xr.Dataset(
        {"fork_step": (("model", "at"), steps), "times": (("model", "at", "fork"), times)},
        {"model": [1, 3]},
    )


MANY = np.random.default_rng(3).permutation(25)
TEN = [3, 8, 1, 6, 9, 0, 5, 2, 7, 4]
STRONG = [9, 8, 7, 6, 5, 4, 3, 2, 0, 1]
# Spearman's -0.67 over ten steps: p is 0.043, and one of two models.
WEAK = [9, 3, 8, 7, 6, 5, 0, 2, 1, 4]
DATA = forks(MANY, MANY)
test_judge = judge_test(MEDIAN, DATA, {NONE: forks(MANY, np.arange(25))})


def test_a_correlation_of_either_model_is_seen_in_few_steps_too():
    for data in (forks(TEN, STRONG), forks(STRONG, TEN)):
        (part,) = MEDIAN.judge(data)
        assert part.holds is False and part.n == 20
    assert "model 3:" in MEDIAN.note(DATA)


def test_that_none_is_seen_in_few_steps_proves_nothing():
    for data in (forks(TEN, TEN), forks(WEAK, TEN), forks(MANY, MANY[:15])):
        (part,) = MEDIAN.judge(data)
        assert part.holds is None and part.undecided.endswith("steps a model are fewer than 16")


def test_an_interval_that_leaves_a_correlation_open_decides_nothing():
    shuffled = np.random.default_rng(0).permutation(25)
    loose = np.where(np.arange(25) % 3 == 0, np.arange(25), shuffled)
    (part,) = MEDIAN.judge(forks(MANY, loose))
    assert part.value > 0.025 and part.undecided == "no correlation is seen, and none is excluded"


def test_too_few_steps_leave_it_open():
    few = DATA.copy(deep=True)
    few["times"][1, 3:] = np.nan
    (part,) = MEDIAN.judge(few)
    assert part.holds is None and "4 are needed" in part.undecided
