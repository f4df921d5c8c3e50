from dynamicl.studies._passages import NOT_RISEN
from dynamicl.studies.coopetition._dedicated import DEDICATED, DOSE, FADES, PERSISTS
from studies.judging import judge_test

from .worlds import LOW_FLIP, with_curve, world

HELD, STARTS = [0, 2, 4, 8, 8], [0.0, 0.0, 0.0, 0.0, 0.4]


def ending(*ends):
    data = world({"condition": range(5), "init": range(2)})
    data = data.assign(held=("condition", HELD), start=("condition", STARTS))
    for condition, end in enumerate(ends):
        knots = ((0, 0.49), (6e5, 0.75), (1.2e6, end), (1.6e6, end))
        data = with_curve(data, "flip", knots, condition=[condition])
    return data


DATA = ending(0.1, 0.3, 0.5, 0.78, 0.5)
BROKEN = {
    FADES: ending(0.5, 0.6, 0.65, 0.78, 0.5),
    PERSISTS: ending(0.1, 0.3, 0.5, 0.6, 0.5),
    DOSE: ending(0.1, 0.9, 0.05, 0.78, 0.5),
}
test_judge = judge_test(DEDICATED, DATA, BROKEN)


def test_the_note_tells_how_late_it_is_rescued():
    assert "0.50 from 0.4 on with all held later" in DEDICATED.note(DATA)


def test_what_never_rose_does_not_persist():
    fades, persists, _ = DEDICATED.judge(with_curve(DATA, "flip", LOW_FLIP, condition=[3]))
    assert fades.holds and persists.undecided == NOT_RISEN


def test_a_trend_over_runs_that_never_rose_is_open():
    _, _, dose = DEDICATED.judge(with_curve(DATA, "flip", LOW_FLIP, condition=[1]))
    assert dose.undecided == NOT_RISEN
