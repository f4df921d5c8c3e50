import numpy as np
import xarray as xr

from dynamicl.studies.lookup._ends import KINDS
from dynamicl.studies.lookup._r1_bimodal import BIMODAL, SHARPLY, SOME, STALL
from studies.judging import changed, judge_test


def ended(exact, stalled, plateau, blunt=0, climbing=0):
    """Runs that ended in these ways, so many of the exact ones without a sharp jump."""
    kind = np.repeat(KINDS, [exact, stalled, plateau, climbing])
    sharp = (kind == "exact") & (np.arange(kind.size) >= blunt)
    return xr.Dataset(
        {"kind": ("run", kind), "sharp": ("run", sharp), "jump_width": ("run", np.full(kind.size, 100.0))}
    )


DATA = ended(20, 10, 10, blunt=2)
BROKEN = {SOME: ended(1, 20, 19), SHARPLY: ended(20, 10, 10, blunt=3), STALL: ended(20, 1, 19)}
test_judge = judge_test(BIMODAL, DATA, BROKEN)


def test_nothing_is_told_where_hardly_a_run_left_the_plateau():
    parts = BIMODAL.judge(ended(4, 3, 30))
    assert [part.holds for part in parts] == [None] * 3
    assert parts[0].undecided == "only 7 of 37 runs left the plateau, fewer than 8"
    assert BIMODAL.judge(ended(4, 4, 30))[0].undecided == ""


def test_runs_that_still_climb_have_not_stalled():
    some, _, stall = BIMODAL.judge(ended(20, 0, 10, climbing=10))
    assert some.n == 30 and stall.value == 0 and stall.undecided == "it hangs on runs that still climb"
    assert BIMODAL.judge(ended(38, 1, 0, climbing=1))[2].holds is None
    assert BIMODAL.judge(ended(98, 1, 0, climbing=1))[2].holds is False


def test_older_datasets_are_judged_by_their_curves():
    climbing = np.tile(np.linspace(0.3, 0.8, 101), (40, 1))
    old = ended(20, 10, 10).assign(accuracy=(("run", "step"), climbing))
    assert BIMODAL.judge(old)[2].undecided == "it hangs on runs that still climb"


def test_without_exact_runs_none_jumped_or_did_not():
    some, sharply, _ = BIMODAL.judge(ended(0, 20, 10))
    assert some.holds is False and sharply.undecided == "it is not known"


def test_a_jump_without_a_solution_is_none():
    stray = changed(DATA, "sharp", True)
    assert BIMODAL.judge(stray)[1].n == 20
