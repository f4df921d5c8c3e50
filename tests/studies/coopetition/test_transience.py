from dynamicl.studies.coopetition._transience import (
    APPEARS,
    END,
    FADES,
    FALLING,
    KNOWN,
    NOT_KNOWN,
    ORDER,
    PROFILE,
    RISING,
    TOGETHER,
    TRANSIENCE,
    UP,
)
from studies.judging import judge_test

from .worlds import X, with_curve, world

DATA = world({"init": range(2)})


def with_a_short_spike():
    """icl is high at every other of five evaluations, which smoothing leaves a single one of, and ends far below."""
    data = with_curve(DATA, "icl", ((0, 0.45), (1.6e6, 0.42)))
    data["icl"].values[:, 40:45:2] = 0.9
    return data


BROKEN = {
    APPEARS: with_a_short_spike(),
    FADES: with_curve(DATA, "icl", ((0, 0.5), (6e5, 0.8), (1.6e6, 0.8))),
    UP: with_curve(DATA, "flip", ((0, 0.45), (6e5, 0.506), (7e5, 0.45), (1.6e6, 0.2))),
    END: with_curve(DATA, "flip", ((0, 0.45), (6e5, 0.75), (1.1e6, 0.4), (1.6e6, 0.35))),
    FALLING: with_curve(DATA, "flip", ((0, 0.45), (6e5, 0.75), (1.1e6, 0.2), (1.3e6, 0.1), (1.6e6, 0.11))),
    KNOWN: with_curve(DATA, "ciwl", ((0, 0.5), (6e5, 0.65), (1.6e6, 0.72))),
    RISING: with_curve(DATA, "ciwl", ((0, 0.5), (6e5, 0.65), (1.25e6, 0.93), (1.6e6, 0.92))),
    TOGETHER: with_curve(DATA, "ciwl", ((0, 0.5), (1.2e6, 0.55), (1.6e6, 0.98))),
    ORDER: with_curve(DATA, "ciwl", ((0, 0.5), (5e5, 0.95), (1.6e6, 0.96))),
}
test_judge = judge_test(TRANSIENCE, DATA, BROKEN)


def test_runs_too_short_to_fade_leave_that_open():
    short = DATA.isel(sequences=slice(0, 50))
    parts = {part.name: part for part in TRANSIENCE.judge(short)}
    assert parts[FADES.name].holds is None and parts[FADES.name].undecided == "too short to tell"
    assert parts[APPEARS.name].holds


def test_runs_that_are_too_short_decide_nothing_where_the_others_settle_it():
    five = world({"init": range(5)})
    one_rises = with_curve(five, "icl", ((0, 0.5), (1.6e6, 0.8)), init=[4])
    part = TRANSIENCE.judge(one_rises)[1]
    assert part.holds and part.value == 0.8
    none_fades = with_curve(one_rises, "icl", ((0, 0.5), (6e5, 0.8), (1.6e6, 0.8)), init=[1, 2])
    assert TRANSIENCE.judge(none_fades)[1].holds is False


def test_the_order_is_open_where_ciwl_is_not_known_by_the_end():
    part = TRANSIENCE.judge(with_curve(DATA, "ciwl", ((0, 0.5), (6e5, 0.65), (1.6e6, 0.87))))[-1]
    assert part.holds is None and part.undecided == NOT_KNOWN


def test_longer_runs_have_stricter_limits():
    paper = DATA.assign_attrs(limits="paper")
    parts = {part.name: part for part in TRANSIENCE.judge(paper)}
    assert parts.keys() == {bar.name for bar in PROFILE} - {FALLING.name, RISING.name}
    assert parts[END.name].holds is False and parts[KNOWN.name].holds is False
    assert X[-1] == 1.6e6
