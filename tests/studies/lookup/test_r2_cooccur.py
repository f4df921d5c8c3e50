import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._r2_cooccur import COOCCUR, NONE_BEFORE, TOGETHER, rise, rises
from studies.judging import changed, judge_test

RUNS = 10
DATA = xr.Dataset(
    {
        "lag": ("run", np.linspace(-100, 200, RUNS)),
        "width": ("run", np.full(RUNS, 800.0)),
        "before": ("run", np.linspace(0, 0.4, RUNS)),
        "fixed": (("run", "step"), np.full((RUNS, 2), 0.1)),
    },
    {"run": range(RUNS), "step": [0, 100], "checkpoint": [0, 300, 600]},
    {"deciding": "learnt", "exact_runs": RUNS, "all_runs": 64},
)
BROKEN = {
    TOGETHER: changed(DATA, "lag", np.linspace(-1100, -900, RUNS)),
    NONE_BEFORE: changed(DATA, "before", 0.3),
}
test_judge = judge_test(COOCCUR, DATA, BROKEN)


def test_a_pattern_that_never_forms_is_apart():
    never = changed(DATA, "lag", np.where(np.arange(RUNS) < 2, 0.0, np.nan)).assign_coords(step=[0, 10_000])
    together, _ = COOCCUR.judge(never)
    assert together.holds is False and together.value == 10_000 / 800
    # In a single run it moves the median hardly.
    one = changed(DATA, "lag", np.nan, run=0).assign_coords(step=[0, 10_000])
    assert COOCCUR.judge(one)[0].holds


def test_a_run_without_a_width_or_a_beginning_is_left_out():
    labelled = DATA.assign_coords(run=range(RUNS))
    together, before = COOCCUR.judge(changed(labelled, "width", np.nan, run=0))
    assert together.holds and together.n == RUNS
    _, before = COOCCUR.judge(changed(labelled, "before", np.nan, run=0))
    assert before.holds and before.n == RUNS - 1
    together, _ = COOCCUR.judge(changed(DATA, "width", np.nan))
    assert together.undecided == "it is not known"


def test_one_exact_run_decides_nothing():
    assert [part.holds for part in COOCCUR.judge(DATA.assign_attrs(exact_runs=1))] == [None, None]


def test_rises_are_compared_at_half_way():
    x, grid = np.arange(0, 10_001, 100), np.arange(0, 10_001, 300)

    def logistic(steps, middle):
        return 0.2 + 0.7 / (1 + np.exp((middle - steps) / 200))

    one = rise(x, logistic(x, 5000), grid, logistic(grid, 5600))
    # From 10 to 90 % a logistic takes 2 log 9 of its widths.
    assert one.lag == pytest.approx(600, abs=15) and one.width == pytest.approx(400 * np.log(9), rel=0.05)
    early = rise(x, logistic(x, 5000), grid, logistic(grid, 3000))
    assert one.before < 0.02 < 0.98 < early.before and early.lag == pytest.approx(-2000, abs=15)
    assert np.isnan(rise(x, logistic(x, 5000), x, np.full(len(x), 0.3)).lag)


@pytest.mark.parametrize(("deciding", "lag"), [("fixed", 300), ("learnt", -300)])
def test_the_deciding_rule_has_its_own_steps(deciding, lag):
    x, grid = np.arange(0, 6001.0, 100), np.arange(0, 6001.0, 300)
    curves = xr.Dataset(
        {
            name: (("run", dim), [1 / (1 + np.exp((middle - steps) / 200))])
            for name, dim, steps, middle in (
                ("accuracy", "step", x, 3000),
                ("fixed", "step", x, 3300),
                ("learnt", "checkpoint", grid, 2700),
            )
        },
        {"step": x, "checkpoint": grid},
        {"deciding": deciding},
    )
    assert rises(curves)["lag"].item() == pytest.approx(lag, abs=15)
