import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._r1_loss import BOTH, LOSS, TOGETHER
from studies.judging import changed, judge_test

RUNS = 20
RISE = np.linspace(3000, 5000, RUNS)
DATA = xr.Dataset(
    {
        "rise": ("run", RISE),
        "drop": ("run", RISE + np.linspace(10, 90, RUNS)),
        "width": ("run", np.full(RUNS, 800.0)),
        "both": ("run", np.arange(RUNS) >= 2),
    },
    attrs={"exact_runs": RUNS, "all_runs": 64},
)
BROKEN = {
    BOTH: changed(DATA, "both", np.arange(RUNS) >= 3),
    TOGETHER: changed(DATA, "drop", RISE - np.linspace(700, 900, RUNS)),
}
test_judge = judge_test(LOSS, DATA, BROKEN)


def test_runs_without_both_transitions_do_not_count():
    stray = changed(DATA, "drop", np.where(np.arange(RUNS) < 2, 1e6, RISE + 50))
    assert LOSS.judge(stray)[1].value == pytest.approx(50 / 800)


def test_without_a_run_that_has_both_their_distance_is_open():
    both, together = LOSS.judge(changed(DATA, "both", False))
    assert both.holds is False and together.undecided == "it is not known"


def test_one_exact_run_decides_nothing():
    few = DATA.assign_attrs(exact_runs=1)
    assert [part.undecided for part in LOSS.judge(few)] == ["1 of 64 runs converged, fewer than 2"] * 2
