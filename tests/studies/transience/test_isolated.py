import numpy as np
import pytest
import xarray as xr

from dynamicl.studies.transience._isolated import ICL, ISOLATED, IWL, NOBODY, RHO, times

WIDTHS = [32, 64, 128]
X = np.linspace(0, 8e5, 101)
RNG = np.random.default_rng(0)
SAME = 4e5 + 5e4 * RNG.standard_normal((3, 10))


def learnt(when):
    """Accuracy that jumps to 1 at given times, shape (width, run)."""
    return np.where(np.asarray(when)[..., None] <= X, 1.0, 0.2)


def runs(by_heart, in_context=SAME):
    tables = {
        "iwl_only": (("width", "init", "sequences"), learnt(by_heart)),
        "icl_only": (("width", "repeat", "sequences"), learnt(in_context)),
    }
    return xr.Dataset(tables, {"width": WIDTHS, "sequences": X})


SOONER = np.array([[6e5, 6.2e5], [4e5, 4.2e5], [2e5, 2.2e5]])
DATA = runs(SOONER)


def test_times_are_when_nine_tenths_are_known_or_the_last():
    assert times(DATA, "iwl_only")[0] == pytest.approx([6e5, 6.2e5], abs=1e4)
    never = runs(np.full((3, 2), 1e9))
    assert times(never, "iwl_only") == [[8e5, 8e5]] * 3
    part = ISOLATED.judge(never)[0]
    assert part.holds is None and part.undecided == NOBODY["iwl_only"]


def test_runs_that_never_learn_show_no_absence_of_a_trend():
    by_heart, *in_context = ISOLATED.judge(runs(SOONER, np.full((3, 10), 1e9)))
    assert by_heart.holds and {part.undecided for part in in_context} == {NOBODY["icl_only"]}


def test_true_and_each_side_false():
    assert all(part.holds for part in ISOLATED.judge(DATA))
    failing = [part.name for part in ISOLATED.judge(runs(SOONER[::-1])) if not part.holds]
    assert failing == [IWL.name]
    trend = SAME - np.array([[0], [1e5], [2e5]])
    failing = [part.name for part in ISOLATED.judge(runs(SOONER, trend)) if not part.holds]
    assert failing == [ICL.name, RHO.name]
    assert "icl_only" in ISOLATED.note(DATA)


def test_few_runs_leave_the_absence_of_a_trend_open():
    parts = ISOLATED.judge(runs(SOONER, SAME[:, :2]))
    assert [part.holds for part in parts[1:]] == [None, None]
