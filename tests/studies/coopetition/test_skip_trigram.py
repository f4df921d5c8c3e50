import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._skip_trigram import (
    ATTENDS,
    DIRECT,
    FOLLOWS,
    PLACES,
    SKIP_TRIGRAM,
    WEIGHTS,
)
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {
        "right": (("place", "head"), np.full((2, 8), 0.7)),
        "other": (("place", "head"), np.full((2, 8), 0.2)),
        "clamped": (("head", "weight"), np.tile(WEIGHTS, (8, 1))),
        "whole": ((), 0.98),
        "cut": ((), 0.979),
    },
    {"place": list(PLACES), "head": range(8), "weight": WEIGHTS},
)
BROKEN = {
    ATTENDS: changed(DATA, "other", 0.5, place=PLACES[1], head=3),
    FOLLOWS: changed(DATA, "clamped", 0.5, head=5),
    DIRECT: changed(DATA, "cut", 0.96),
}
test_judge = judge_test(SKIP_TRIGRAM, DATA, BROKEN)


def test_heads_of_one_network_are_one_piece_of_evidence():
    assert {part.n for part in SKIP_TRIGRAM.judge(DATA)} == {1}
