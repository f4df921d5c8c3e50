from dynamicl.studies.transience._timescale import FADES, NONE, TIMESCALE
from studies.judging import judge_test

from .worlds import FLAT, STAYS, runs, with_curve

DATA = runs({"run": range(5)})[["icl"]].assign_coords(condition=("run", ["main"] * 3 + ["drawings 5"] * 2))
# A run without in-context learning has nothing to lose.
DATA = with_curve(DATA, "icl", FLAT, run=4)
test_judge = judge_test(TIMESCALE, DATA, {FADES: with_curve(DATA, "icl", STAYS, run=1)})


def test_the_way_to_half_is_told_in_peaks():
    # From .8 at 6e5 it is half way to chance at 9e5 + ...: on the line to (1.2e6, .6) where it is .65.
    assert "icl is half gone after 1.7" in TIMESCALE.note(DATA)


def test_without_icl_there_is_nothing_to_see():
    flat = with_curve(DATA, "icl", FLAT)
    (part,) = TIMESCALE.judge(flat)
    assert part.holds is None and part.undecided == NONE and TIMESCALE.note(flat) == ""
