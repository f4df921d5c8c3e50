import numpy as np
import xarray as xr

from dynamicl.studies.induction._race import FIRST, LATER, RACE, emergence
from studies.judging import changed, judge_test

ALONE = np.tile([4e5, 5e5, 6e5, 7e5], (5, 1))
EMERGED = np.tile([3e5, 5e5, 4e5, np.inf], (5, 1))
DATA = xr.Dataset(
    {"alone": (("seed", "head"), ALONE), "emergence": (("seed", "head"), EMERGED)},
    {"seed": range(5), "head": range(4)},
)
BROKEN = {
    FIRST: changed(DATA, "emergence", [5.5e5, 5e5, 4e5, np.inf], seed=[0, 1]),
    LATER: changed(DATA, "emergence", [3e5, 4e5, 5e5, np.inf], seed=[0, 1, 2]),
}
test_judge = judge_test(RACE, DATA, BROKEN)


def test_a_seed_with_fewer_than_two_later_heads_has_no_order():
    alone = changed(DATA, "emergence", [3e5, 4e5, np.inf, np.inf])
    first, later = RACE.judge(alone)
    assert first.holds and later.holds is None and "no network" in later.undecided


def test_a_head_that_never_learns_alone_is_not_the_fastest():
    never = changed(DATA, "alone", np.nan, head=3)
    assert RACE.judge(never)[0].value == RACE.judge(DATA)[0].value


def test_later_heads_that_never_learn_alone_have_no_order():
    never = changed(DATA, "alone", np.inf, head=[1, 2])
    assert RACE.judge(never)[1].holds is None


def test_heads_as_fast_as_evaluations_can_tell_are_equally_fast():
    close = changed(DATA, "alone", 3.99e5, seed=[0, 1, 2], head=1)
    assert RACE.judge(close)[0].value == 0.4
    assert RACE.judge(close.assign_attrs(evaluation_spacing=5000.0))[0].value == 1


def test_a_network_without_induction_heads_confirms_nothing():
    assert RACE.judge(changed(DATA, "emergence", np.inf))[0].value == 0


def test_emergence_is_between_the_evaluations_around_the_crossing():
    sequences = np.array([0.0, 10.0, 20.0])
    assert 10 <= emergence(np.array([0.0, 0.2, 0.4]), sequences) <= 20
    assert emergence(np.array([0.0, 0.1, 0.2]), sequences) == np.inf
