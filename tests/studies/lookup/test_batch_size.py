import numpy as np
import xarray as xr

from dynamicl.studies.lookup._batch_size import BATCH_SIZE, BOTH_FATES, SAME_TIME
from studies.judging import judge_test


def runs(usual, other, unsolved=(10, 10)):
    """Times of convergence with either batch size, and how many runs do not converge."""
    seen = [
        np.arange(len(times) + more) < len(times)
        for times, more in zip((usual, other), unsolved, strict=True)
    ]
    time = [
        np.concatenate([times, np.full(more, 1e4)])
        for times, more in zip((usual, other), unsolved, strict=True)
    ]
    return xr.Dataset(
        {
            "time": ("run", time[1]),
            "converged": ("run", seen[1]),
            "kind": ("run", np.where(seen[1], "exact", "plateau")),
            "first_converged": ("run", seen[1]),
            "usual_time": ("usual", time[0]),
            "usual_converged": ("usual", seen[0]),
        },
        attrs={"batch": 32, "other_batch": 64},
    )


TIMES = np.linspace(3000, 7000, 9)
DATA = runs(TIMES, TIMES[2:])
BROKEN = {
    BOTH_FATES: runs(TIMES, TIMES, (10, 1)),
    SAME_TIME: runs(TIMES, [*TIMES, 2000.0]),
}
test_judge = judge_test(BATCH_SIZE, DATA, BROKEN)


def test_the_rarer_fate_of_either_batch_size_counts():
    for rare in (runs(TIMES[:1], TIMES), runs(TIMES, TIMES[:1]), runs(TIMES, TIMES, (1, 10))):
        assert BATCH_SIZE.judge(rare)[0].value == 1
    late = BATCH_SIZE.judge(runs(TIMES, [*TIMES, 10_100.0]))[1]
    assert late.holds is False


def test_runs_that_still_climb_leave_the_rarer_fate_open():
    data = runs(TIMES, TIMES, (10, 2))
    climbing = np.where(data["converged"], "exact", "climbing")
    both, _ = BATCH_SIZE.judge(data.assign(kind=("run", climbing)))
    assert both.value == 0 and both.undecided == "it hangs on runs that still climb"
