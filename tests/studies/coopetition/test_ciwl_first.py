from dynamicl.studies.coopetition._ciwl_first import CIWL_FIRST, FIRST, LAST, TREND
from studies.judging import judge_test

from .worlds import with_curve, world

STARTS = [1e5, 2e5, 4e5, 6e5, 8e5, 1e6]


def falling(peaks):
    data = world({"start": STARTS})
    for start, peak in zip(STARTS, peaks, strict=True):
        knots = ((0, 0.3), (5e5, peak), (1.6e6, 0.1))
        data = with_curve(data, "flip", knots, start=[start])
    return data


PEAKS = [0.75, 0.7, 0.6, 0.5, 0.4, 0.3]
DATA = falling(PEAKS)
BROKEN = {
    TREND: falling([0.6, 0.75, 0.7, 0.8, 0.78, 0.3]),
    FIRST: falling([0.515, 0.46, 0.44, 0.4, 0.35, 0.3]),
    LAST: falling([0.9, 0.8, 0.7, 0.6, 0.55, 0.45]),
}
test_judge = judge_test(CIWL_FIRST, DATA, BROKEN)


def test_few_starts_decide_nothing():
    parts = CIWL_FIRST.judge(DATA.isel(start=[0, 1, 2]))
    assert {part.undecided for part in parts} == {"the ciwl-only run gives 3 starts, 4 are needed"}
