from dynamicl.studies.transience._timescale import FADES, NONE, TIMESCALE
from studies.judging import judge_test

from .worlds import FLAT, STAYS, runs, with_curve

DATA = runs({"run": range(5)})[["icl"]].assign_coords(condition=("run", ["main"] * 3 + ["drawings 5"] * 2))
# A run without in-context learning has nothing to lose.
DATA = with_curve(DATA, "icl", FLAT, run=4)
test_judge = judge_test(TIMESCALE, DATA, {FADES: with_curve(DATA, "icl", STAYS, run=1)})


def test_the_way_to_half_is_told_in_peaks():
    # The way down passes .65, half way from .79 to chance, at 1.07e6; the peak is found at 5.8e5.
    assert "icl is half gone after 1.86" in TIMESCALE.note(DATA)


def test_without_icl_there_is_nothing_to_see():
    flat = with_curve(DATA, "icl", FLAT)
    (part,) = TIMESCALE.judge(flat)
    assert part.holds is None and part.undecided == NONE and TIMESCALE.note(flat) == ""
