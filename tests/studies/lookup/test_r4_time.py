import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._r4_time import NARROW, WINDOW, cut_off, spread
from studies.judging import judge_test


def runs(times, others=5, last=1e4):
    """Runs that converge at these steps, and others that do not by 10,000; all of them trained so long."""
    seen = np.arange(len(times) + others) < len(times)
    time = np.concatenate([times, np.full(others, 1e4)])
    return xr.Dataset(
        {"time": ("run", time), "converged": ("run", seen), "last": ("run", np.full(time.size, last))}
    )


DATA = runs(np.linspace(5000, 7000, 20))
test_judge = judge_test(WINDOW, DATA, {NARROW: runs(np.linspace(3000, 7000, 20))})


def test_a_narrow_window_that_the_training_cuts_off_is_open():
    (part,) = WINDOW.judge(runs(np.linspace(8000, 9100, 20)))
    assert part.value < 0.5 and part.undecided == "S is as late as 91% of the training"
    # A wide one is wide, cut off or not.
    assert WINDOW.judge(runs(np.linspace(2000, 9900, 20)))[0].holds is False


def test_each_run_is_held_against_its_own_training():
    times = np.linspace(6000, 8500, 20)
    assert WINDOW.judge(runs(times))[0].holds
    assert WINDOW.judge(runs(times, others=0, last=9000.0))[0].holds is None
    mixed = xr.concat([runs(times), runs([8200.0], others=0, last=9000.0)], "run")
    assert WINDOW.judge(mixed)[0].undecided == "S is as late as 91% of the training"


def test_older_datasets_do_not_say_which_run_was_trained_how_long():
    old = xr.concat([runs(np.linspace(6000, 8500, 20)), runs([], others=2)], "run").drop_vars("last")
    assert cut_off(old) == ""
    old["time"][-2:] = 9000.0
    assert cut_off(old) == "S is as late as 94% of the training"
    assert "of the others are censored 2 at 9000, 5 at 10000" in WINDOW.note(old)


def test_it_takes_ten_runs_that_converge():
    nine, ten = (WINDOW.judge(runs(np.linspace(5000, 6000, count)))[0] for count in (9, 10))
    assert nine.undecided == "only 9 runs converged, fewer than 10" and ten.undecided == ""


def test_spread():
    span = spread(np.array([1.0, 2.0, 3.0]))
    assert (span.low, span.high, span.middle) == (1.0, 3.0, 2.0) and span.width == pytest.approx(1.8)
    assert np.isnan(spread(np.array([])).middle)
