from dynamicl.studies._passages import passages
from dynamicl.studies.coopetition._not_needed import FLIP, NEVER, NOT_NEEDED, TIME
from studies.judging import judge_test

from .worlds import FLAT, LOW_FLIP, RANDOM_START, with_curve, world

BETWEEN = 0.53
BARRED = {"condition": "barred"}
BOTH = world({"condition": ["main", "barred"], "init": range(2)})
DATA = with_curve(with_curve(BOTH, "icl", FLAT, **BARRED), "flip", LOW_FLIP, **BARRED)
BROKEN = {
    NEVER: with_curve(DATA, "icl", ((0, 0.5), (8e5, 0.65), (1.6e6, 0.5)), **BARRED),
    FLIP: with_curve(DATA, "flip", ((0, 0.49), (6e5, 0.6), (1.6e6, 0.1)), **BARRED),
    TIME: with_curve(DATA, "ciwl", ((0, 0.5), (4e5, 0.75), (1.6e6, 0.87)), **BARRED),
}
test_judge = judge_test(NOT_NEEDED, DATA, BROKEN)


def test_times_are_open_where_ciwl_does_not_come():
    assert (
        NOT_NEEDED.judge(with_curve(DATA, "ciwl", FLAT, init=[1]))[2].undecided
        == "ciwl does not appear in every run"
    )


def test_halfway_is_that_of_the_runs_own_end():
    # As soon as the main run, and lower: .7 is its end.
    low = ((0, 0.5), (4e5, 0.55), (8e5, 0.6), (1.6e6, 0.7))
    assert NOT_NEEDED.judge(with_curve(DATA, "ciwl", low, **BARRED))[2].holds


def test_an_untrained_network_is_not_above_one_half():
    assert NOT_NEEDED.judge(with_curve(DATA, "flip", RANDOM_START, **BARRED))[1].holds


def test_runs_that_must_all_be_at_chance_share_the_error():
    """Fifteen runs at chance, in one of which icl is above a band for one run, and within one for fifteen."""
    data = world({"condition": ["main", "barred"], "init": range(15)}, icl=FLAT, flip=LOW_FLIP)
    data["icl"].values[1, 0, 40:45] = BETWEEN
    one = passages(data.sel(condition="barred"))[0].ability
    assert not one.is_absent and one.is_absent_among(15)
    assert NOT_NEEDED.judge(data)[0].holds
