import numpy as np
import xarray as xr

from dynamicl.studies.induction._pairs import FAST, NEARER, PAIRS
from studies.judging import changed, judge_test

PARTNERS = 3
SPREAD = np.array([0.99, 1.0, 1.01])
FULL = np.array([1e5, 1.1e5, 0.9e5])


def times(pair, alone):
    """Learning times of pairs and of the strongest head alone, as multiples of the full network's."""
    dims = ("partner", "seed")
    return xr.Dataset(
        {
            "learning_time": (dims, np.outer([0.9, 1.0, 1 / 0.9], pair * FULL)),
            "learnt": (dims, np.ones((PARTNERS, 3), bool)),
            "full_learning_time": ("seed", FULL),
            "alone_learning_time": ("seed", alone * FULL * SPREAD),
        },
        {"partner": range(PARTNERS), "seed": range(3)},
    )


DATA = times(1.1, 3.0)
BROKEN = {FAST: times(1.3, 3.0), NEARER: times(1.1, 1.15)}
test_judge = judge_test(PAIRS, DATA, BROKEN)


def test_there_is_no_way_to_go_where_one_head_is_as_fast_as_all():
    fast, nearer = PAIRS.judge(times(0.9, 0.8))
    assert fast.holds and np.isnan(nearer.value) and nearer.holds is None


def test_there_is_no_way_to_go_where_one_head_is_not_surely_slower():
    """The share of a way of unknown length may come out anywhere."""
    unsure = changed(times(1.0, 1.0), "alone_learning_time", FULL * [0.7, 1.6, 1.0])
    assert PAIRS.judge(unsure)[1].holds is None


def test_pairs_that_do_not_learn_are_not_fast():
    fast, nearer = PAIRS.judge(changed(DATA, "learnt", False, partner=1, seed=2))
    assert fast.holds is None and nearer.holds is None and "1 pairs do not learn" in fast.undecided


def test_a_second_head_gains_only_where_one_alone_is_slower():
    data = changed(DATA, "alone_learning_time", [1.21e5, 1.21e5, 0.9e5])
    pairs = np.tile([1e5, 1.21e5, 0.8e5], (PARTNERS, 1))
    told = PAIRS.note(changed(data, "learning_time", pairs))
    assert "in 1 of 3 seeds it learns as fast as they, or faster" in told
    assert told.endswith("gains 100%, 0% of the difference")
