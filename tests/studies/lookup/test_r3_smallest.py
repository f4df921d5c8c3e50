import numpy as np
import xarray as xr

from dynamicl.studies.lookup._ends import KINDS
from dynamicl.studies.lookup._r3_smallest import SMALLER, SMALLEST, SMALLEST_NORM, SURELY
from studies.judging import judge_test


def norms(exact, stalled, plateau=()):
    """Runs with these final norms, beside runs of one initialisation."""
    kind = np.repeat(KINDS[:3], [len(exact), len(stalled), len(plateau)])
    return xr.Dataset(
        {
            "final_norm": ("run", np.concatenate([exact, stalled, plateau])),
            "kind": ("run", kind),
            "one_start_norm": ("data_seed", np.arange(10.0)),
            "one_start_time": ("data_seed", np.arange(10.0)),
            "one_start_converged": ("data_seed", np.arange(10) < 8),
        },
        attrs={"decay": 0.06},
    )


LOW, HIGH = np.linspace(1000, 1100, 20), np.linspace(1200, 1300, 20)
DATA = norms(LOW, HIGH)
BROKEN = {
    # Three in four pairs in the right order, and the smallest is exact.
    SMALLER: norms(LOW, np.concatenate([LOW[10:] - 26, HIGH[:10]])),
    SURELY: norms(LOW[:1], np.concatenate([HIGH[:8], HIGH[:2]])),
    SMALLEST: norms(LOW, np.concatenate([[900.0], HIGH])),
}


def test_runs_on_the_plateau_are_no_others():
    low = SMALLEST_NORM.judge(norms(LOW, HIGH, LOW - 200))
    assert [part.holds for part in low] == [True] * 3 and low[0].n == 40
    high = SMALLEST_NORM.judge(norms(HIGH, LOW, HIGH.repeat(10) + 200))
    assert [part.holds for part in high] == [False] * 3
    assert "1250 between plateau and 1, 850 on the plateau" in SMALLEST_NORM.note(norms(LOW, HIGH, LOW - 200))


def test_runs_that_still_climb_are_others_as_in_datasets_that_call_them_stalled():
    old = norms(LOW, HIGH)
    new = old.assign(kind=("run", np.where(np.arange(40) > 25, "climbing", old["kind"])))
    assert SMALLEST_NORM.judge(new) == SMALLEST_NORM.judge(old)


def test_a_norm_that_is_not_known_is_left_out_with_its_run():
    parts = SMALLEST_NORM.judge(norms(LOW, np.append(HIGH, np.nan)))
    assert all(part.holds and part.n == 40 for part in parts)


def test_a_lone_exact_run_is_not_enough():
    smaller, surely, smallest = SMALLEST_NORM.judge(norms(LOW[:1], HIGH))
    assert smaller.holds and smallest.holds and smaller.low == surely.low


def test_it_takes_eight_runs_that_stalled():
    parts = SMALLEST_NORM.judge(norms(LOW, HIGH[:7]))
    assert parts[0].undecided == "only 7 runs ended between plateau and 1, fewer than 8"
    assert SMALLEST_NORM.judge(norms(LOW, HIGH[:8]))[0].undecided == ""
    assert "exp(-0.06) in these runs, exp(-2) in the report's" in SMALLEST_NORM.note(DATA)


test_judge = judge_test(SMALLEST_NORM, DATA, BROKEN)
