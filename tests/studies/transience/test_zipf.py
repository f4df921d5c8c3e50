from dynamicl.studies._abilities import NOT_EVERYWHERE
from dynamicl.studies.transience._zipf import GENTLER, LATER, NEVER, ZIPF
from studies.judging import judge_test

from .worlds import FLAT, hump, runs, with_curve

DATA = runs({"exponent": [0.0, 1.0, 2.0], "init": range(2)})
DATA = with_curve(with_curve(DATA, "icl", FLAT, exponent=2.0), "icl", hump(0.85), exponent=0.0)
DATA = with_curve(DATA, "icl", ((0, 0.5), (9e5, 0.85), (1.6e6, 0.75)), exponent=1.0)
BROKEN = {
    LATER: with_curve(DATA, "icl", ((0, 0.5), (4e5, 0.85), (1.6e6, 0.75)), exponent=1.0),
    GENTLER: with_curve(DATA, "icl", ((0, 0.5), (9e5, 0.9), (1.05e6, 0.5), (1.6e6, 0.5)), exponent=1.0),
    NEVER: with_curve(DATA, "icl", hump(0.65), exponent=2.0, init=1),
}
test_judge = judge_test(ZIPF, DATA, BROKEN)


def test_without_icl_at_exponent_1_its_time_and_its_decay_are_open():
    later, gentler, never = ZIPF.judge(with_curve(DATA, "icl", FLAT, exponent=1.0))
    assert later.undecided == gentler.undecided == NOT_EVERYWHERE and never.holds


def test_what_was_not_followed_to_its_half_is_said():
    assert "in 2 of 2 runs at exponent 1 icl did not fall half way" in ZIPF.note(DATA)
