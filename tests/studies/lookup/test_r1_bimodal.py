import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r1_bimodal import BIMODAL, SHARPLY, SOME, STALL
from studies.judging import changed, judge_test


def ended(exact, stalled, plateau, blunt=0):
    """Runs that ended in these ways, so many of the exact ones without a sharp jump."""
    kind = np.repeat(["exact", "stalled", "plateau"], [exact, stalled, plateau])
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


def test_a_jump_without_a_solution_is_none():
    stray = changed(DATA, "sharp", True)
    assert BIMODAL.judge(stray)[1].n == 20
