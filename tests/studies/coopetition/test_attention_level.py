import numpy as np
import xarray as xr

from dynamicl.studies.coopetition._attention_level import ATTENTION_LEVEL, LEAST, MOST
from studies.judging import changed, judge_test

DATA = xr.Dataset(
    {"right": ("head", np.linspace(0.7, 0.9, 8)), "other": ("head", np.full(8, 0.1))}, {"head": range(8)}
)
BROKEN = {LEAST: changed(DATA, "right", 0.5), MOST: changed(DATA, "right", 0.97)}
test_judge = judge_test(ATTENTION_LEVEL, DATA, BROKEN)


def test_heads_of_one_network_are_one_piece_of_evidence():
    assert {part.n for part in ATTENTION_LEVEL.judge(DATA)} == {1}
