import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r4_early_fate import EARLY, EARLY_FATE, RISES
from studies.judging import changed, judge_test

AT = [0.0, 50, 100, 200, 400, 800]
RISING = [5.0, 10, 15, 25, 30, 30]
INTERVALS = [[50, 20, 100], [300, 200, 700]]
DIMS = ("model", "at")
DATA = xr.Dataset(
    {
        "fork_step": (DIMS, [AT, AT]),
        "forks": (DIMS, np.full((2, 6), 30.0)),
        "converging": (DIMS, [RISING, RISING]),
        "probability": (DIMS, np.array([RISING, RISING]) / 30),
        "low": (DIMS, np.zeros((2, 6))),
        "high": (DIMS, np.ones((2, 6))),
        "commitment": (("model", "level", "end"), np.array([INTERVALS, INTERVALS], float)),
        "logistic": (("model", "level", "end"), np.array([INTERVALS, INTERVALS], float)),
        "deviance": ("model", [1.0, 2.0]),
        "S": ("model", [4000.0, 5000.0]),
        "parent_converged": ("model", [True, True]),
    },
    {"model": [1, 3], "level": [0.5, 0.95], "end": ["value", "low", "high"]},
)
BROKEN = {
    RISES: changed(DATA, "converging", [20.0, 21, 19, 22, 20, 20], model=3),
    EARLY: changed(DATA, "commitment", [2500.0, 2100, 3000], model=1, level=0.95),
}
test_judge = judge_test(EARLY_FATE, DATA, BROKEN)


def test_a_step_that_is_never_reached_has_no_end():
    part = EARLY_FATE.judge(changed(DATA, "commitment", np.nan, model=3, level=0.95))[1]
    assert part.value == np.inf and part.holds is False


def test_an_interval_on_both_sides_of_half_of_s_does_not_say_when():
    early = EARLY_FATE.judge(changed(DATA, "commitment", 2500.0, model=1, level=0.95, end="high"))[1]
    assert early.value == 0.625 and early.undecided == "an interval reaches from before 0.5 S to after it"
    endless = EARLY_FATE.judge(changed(DATA, "commitment", np.nan, model=1, level=0.95, end="high"))[1]
    assert endless.value == np.inf and endless.holds is None
    # One model that is surely late is enough.
    late = changed(BROKEN[EARLY], "commitment", 3000.0, model=3, level=0.95, end="high")
    assert EARLY_FATE.judge(late)[1].holds is False


def test_no_rise_is_seen_below_a_ceiling():
    high = [28.0, 29, 28, 30, 29, 30]
    rises, early = EARLY_FATE.judge(changed(DATA, "converging", high, model=1))
    assert rises.value > 0.05 and early.holds
    assert rises.undecided == "where P does not rise it may be above 0.9 from the first step on"
    flat = changed(changed(DATA, "converging", high, model=1), "converging", 20.0, model=3)
    assert EARLY_FATE.judge(flat)[0].holds is False


def test_the_note_says_what_the_choice_of_parents_does():
    assert "rises by that choice alone" in EARLY_FATE.note(DATA)


def test_models_that_cannot_be_judged_leave_it_open():
    stray = EARLY_FATE.judge(changed(DATA, "parent_converged", False, model=3))
    assert [part.undecided for part in stray] == ["too few runs converged"] * 2
    alike = EARLY_FATE.judge(changed(DATA, "converging", 30.0, model=1))
    assert [part.holds for part in alike] == [None, None] and np.isnan(alike[0].value)


def test_models_may_be_forked_at_fewer_steps():
    fewer = DATA
    for name in ("fork_step", "forks", "converging", "probability"):
        fewer = changed(fewer, name, np.nan, model=3, at=5)
    parts = EARLY_FATE.judge(fewer)
    assert all(part.holds for part in parts) and parts[0].n == 330
    assert "model 3 (S 5000): P(0) 0.17 [0.00, 1.00], P(400) 1.00" in EARLY_FATE.note(fewer)
