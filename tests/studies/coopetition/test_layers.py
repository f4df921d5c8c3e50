import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.coopetition._layers import FROZEN, KINDS, LAYERS, MOVES, SAME, STILL
from studies.judging import changed, judge_test

STEPS = np.linspace(0, 1.6e6, 9)
OWN = np.stack([np.linspace(0.5, 0.9, 9), np.linspace(0.5, 0.95, 9), np.linspace(0.9, 0.1, 9)])
LATE = OWN + 0.02
LATE[:, 0] += 0.3
EARLY = np.full((3, 3, 9), np.nan)
for frozen, place in enumerate((2, 4, 5)):
    EARLY[frozen, :, place:] = OWN[:, place, None]
DIMS = ("kind", "sequences")
DATA = xr.Dataset(
    {
        "own": (DIMS, OWN),
        "late_second": (DIMS, LATE),
        "early_first": (("frozen", *DIMS), EARLY),
        "moment": ("frozen", STEPS[[2, 4, 5]]),
        "emerged": ((), STEPS[1]),
    },
    {"kind": list(KINDS), "sequences": STEPS, "frozen": list(FROZEN)},
)
STOPPED = OWN.copy()
STOPPED[:, 5:] = OWN[:, 5, None]
BROKEN = {
    SAME: changed(DATA, "late_second", OWN[1] + 0.1, kind="ciwl"),
    STILL: changed(DATA, "early_first", 0.3, frozen="peak", kind="flip", sequences=STEPS[-1]),
    MOVES: changed(changed(DATA, "own", STOPPED), "late_second", STOPPED),
}
test_judge = judge_test(LAYERS, DATA, BROKEN)


@pytest.mark.parametrize("moment", [STEPS[4], np.nan], ids=["one checkpoint for two", "one that never comes"])
def test_moments_that_are_not_told_apart_confirm_nothing(moment):
    data = changed(DATA, "moment", moment, frozen="down")
    if np.isnan(moment):
        data = changed(data, "early_first", np.nan, frozen="down")
    same, still, moves = LAYERS.judge(data)
    assert same.holds and still.undecided == moves.undecided == "2 moments of 3 are told apart"
    moved = changed(data, "early_first", 0.3, frozen="peak", kind="flip", sequences=STEPS[-1])
    assert LAYERS.judge(moved)[1].holds is False


def test_checkpoints_of_one_run_are_one_piece_of_evidence():
    assert {part.n for part in LAYERS.judge(DATA)} == {1}
    assert "icl 0.020" in LAYERS.note(DATA)
