import numpy as np
import xarray as xr

from dynamicl.statistics import Transition
from dynamicl.studies.lookup import _r1_only_by_jump
from dynamicl.studies.lookup._r1_only_by_jump import ALL, ONLY_BY_JUMP, later_jump
from studies.judging import changed, judge_test

KIND = ["exact"] * 9 + ["stalled", "plateau", "exact"]
TIME = np.array([800.0] * 9 + [np.nan] * 2 + [900.0])
STEPS = np.arange(0, 10_001, 100)
NOISE = 0.01 * np.random.default_rng(0).normal(size=len(STEPS))
SMOOTH = 1 - 0.67 * np.exp(-STEPS / 1500) + NOISE


def step_at(middle, width, height):
    return height / (1 + np.exp((middle - STEPS) / width))


DATA = xr.Dataset(
    {
        "kind": ("run", KIND),
        "jump_time": ("run", TIME),
        "sharp": ("run", np.arange(12) < 6),
        "accuracy": (("run", "step"), np.tile(SMOOTH, (12, 1))),
    },
    {"run": range(12), "step": STEPS},
    {"plateau": 1 / 3},
)
BROKEN = {ALL: changed(DATA, "jump_time", np.nan, run=3)}
TWO_RISES = 0.33 + step_at(4500, 300, 0.34) + step_at(7400, 60, 0.33) + NOISE
CUT = 0.33 + step_at(9900, 300, 0.67) + NOISE
test_judge = judge_test(ONLY_BY_JUMP, DATA, BROKEN)


def test_runs_that_are_not_exact_need_no_jump_and_few_exact_ones_decide_nothing():
    (part,) = ONLY_BY_JUMP.judge(DATA)
    assert part.n == 10 and part.value > 0.9 and "6 of 10 exact runs" in ONLY_BY_JUMP.note(DATA)
    (few,) = ONLY_BY_JUMP.judge(DATA.isel(run=slice(3, 11)))
    assert few.holds is None and few.undecided == "6 of 8 runs converged, fewer than 8"


def test_a_jump_from_an_inner_plateau_is_one(monkeypatch):
    calm, behind = _r1_only_by_jump.find_transition, []

    def settles_on_the_first_rise(steps, curve):
        """As it does where that rise is a little higher, in a window that ends on the inner plateau."""
        behind.append(steps[0] > 0)
        return calm(steps, curve) if behind[-1] else Transition(False, reason="unfinished: the curve ends")

    monkeypatch.setattr(_r1_only_by_jump, "find_transition", settles_on_the_first_rise)
    assert later_jump(STEPS, TWO_RISES, 0.43) == "found" and behind == [True]
    assert later_jump(STEPS, CUT, 0.43).startswith("unfinished")


def test_what_ends_during_a_change_is_open_and_what_has_no_jump_fails():
    one = changed(changed(DATA, "jump_time", np.nan, run=3), "accuracy", TWO_RISES, run=3)
    (part,) = ONLY_BY_JUMP.judge(one)
    assert part.holds and part.value == 1 and "1 jump only from an inner plateau" in ONLY_BY_JUMP.note(one)
    cut = changed(one, "accuracy", CUT, run=3)
    (part,) = ONLY_BY_JUMP.judge(cut)
    assert part.value == 0.9 and part.undecided == "1 exact runs are unfinished"
    both = changed(cut, "jump_time", np.nan, run=4)
    assert ONLY_BY_JUMP.judge(both)[0].holds is False
