import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._superposition import ALONE, PAIRS, SUPERPOSITION, TEMPERATURES, TOGETHER
from studies.judging import changed, judge_test

FALLING = np.tile(0.9 - 0.05 * np.arange(6), (8, 1))
HURT = np.tile(0.9, (8, 6))
# One of the two is lowered by sharpening it all the way alone.
HURT[0, :3] = HURT[1, 0] = 0.85
DATA = xr.Dataset(
    {
        "mean": ("head", np.full(8, 0.5)),
        "correlation": (("head", "other"), np.full((8, 8), 0.3)),
        "lead": (("sequence", "head"), np.zeros((4, 8))),
        "alone": (("head", "temperature"), FALLING),
        "together": (("head", "temperature"), HURT),
    },
    {"head": range(8), "other": range(8), "temperature": TEMPERATURES},
)
BROKEN = {
    PAIRS: changed(DATA, "correlation", 0.9),
    ALONE: changed(DATA, "alone", 0.7, head=[0, 1]),
    TOGETHER: changed(DATA, "together", 0.9, head=1),
}
test_judge = judge_test(SUPERPOSITION, DATA, BROKEN)


def test_heads_that_differ_on_average_are_not_alike():
    assert SUPERPOSITION.judge(changed(DATA, "mean", np.arange(8.0)))[0].value == 0


def test_heads_of_one_network_are_one_piece_of_evidence():
    assert {(part.n, np.isnan(part.low)) for part in SUPERPOSITION.judge(DATA)} == {(1, True)}
