import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.lookup._r4_time import INSIDE, NARROW, WINDOW, spread
from studies.judging import judge_test


def runs(times, others=5):
    """Runs that converge at these steps, and others that do not by 10,000."""
    seen = np.arange(len(times) + others) < len(times)
    return xr.Dataset(
        {"time": ("run", np.concatenate([times, np.full(others, 1e4)])), "converged": ("run", seen)},
        attrs={"horizon": 1e4},
    )


DATA = runs(np.linspace(5000, 7000, 20))
BROKEN = {NARROW: runs(np.linspace(3000, 7000, 20)), INSIDE: runs(np.linspace(8000, 9100, 20))}
test_judge = judge_test(WINDOW, DATA, BROKEN)


def test_it_takes_ten_runs_that_converge():
    nine, ten = (WINDOW.judge(runs(np.linspace(5000, 6000, count)))[0] for count in (9, 10))
    assert nine.undecided == "only 9 runs converged, fewer than 10" and ten.undecided == ""


def test_spread():
    span = spread(np.array([1.0, 2.0, 3.0]))
    assert (span.low, span.high, span.middle) == (1.0, 3.0, 2.0) and span.width == pytest.approx(1.8)
    assert np.isnan(spread(np.array([])).middle)
