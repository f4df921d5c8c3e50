import xarray as xr

from dynamicl.studies import NOT_TESTABLE, verdict_of
from dynamicl.studies.coopetition._matched import FLIP, ICL, LARGE, MAIN, MATCHED
from studies.judging import judge_test

from .worlds import FLAT, RISING, X, line, with_curve, world

BOTH = world({"condition": ["main", "matched"], "init": range(2)})
KEPT = with_curve(with_curve(BOTH, "flip", RISING, condition="matched"), "icl", RISING, condition="matched")
DATA = KEPT.assign(large_flip=("large_sequences", line(RISING))).assign_coords(large_sequences=X)
BROKEN = {
    FLIP: with_curve(DATA, "flip", ((0, 0.5), (6e5, 0.8), (1.6e6, 0.6)), condition="matched"),
    ICL: with_curve(DATA, "icl", ((0, 0.5), (6e5, 0.8), (1.6e6, 0.6)), condition="matched"),
    MAIN: with_curve(DATA, "flip", RISING, condition="main"),
    LARGE: DATA.assign(
        large_flip=xr.DataArray(line(((0, 0.5), (6e5, 0.8), (1.6e6, 0.6))), dims="large_sequences")
    ),
}
test_judge = judge_test(MATCHED, DATA, BROKEN)


def test_without_the_large_network_the_verdict_is_open_and_says_what_it_costs():
    parts = MATCHED.judge(KEPT)
    assert verdict_of(parts) == NOT_TESTABLE and "GPU hours" in parts[-1].undecided


def test_what_is_at_chance_does_not_persist():
    never = with_curve(with_curve(DATA, "flip", FLAT), "icl", FLAT).assign(
        large_flip=("large_sequences", line(FLAT))
    )
    assert {part.holds for part in MATCHED.judge(never)} == {None}
