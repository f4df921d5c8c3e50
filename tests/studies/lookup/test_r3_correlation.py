import numpy as np
import xarray as xr

from dynamicl.studies.lookup._r3_correlation import CORRELATION, POSITIVE
from studies.judging import changed, judge_test

RUNS = 20
NORM = np.linspace(1400, 1500, RUNS)
# Exact runs go the other way, and do not count.
DATA = xr.Dataset(
    {
        "final_norm": ("run", np.concatenate([NORM, NORM])),
        "final_accuracy": ("run", np.concatenate([0.5 + NORM / 5000 + 0.01 * np.sin(NORM), 2 - NORM / 1000])),
        "kind": ("run", np.repeat(["stalled", "climbing", "plateau", "exact"], [9, 3, 8, RUNS])),
    }
)
FALLING = changed(DATA, "final_accuracy", np.concatenate([1 - NORM / 5000, 2 - NORM / 1000]))
STALLED = np.arange(2 * RUNS) < 12
test_judge = judge_test(CORRELATION, DATA, {POSITIVE: FALLING})


def test_it_takes_eight_runs_that_stalled():
    few = DATA.assign(kind=("run", np.repeat(["stalled", "plateau", "exact"], [7, 13, RUNS])))
    (part,) = CORRELATION.judge(few)
    assert part.holds is None and part.n == 7 and part.undecided.startswith("only 7 runs ended between")
    assert CORRELATION.note(few).startswith("with the 13 runs that are still on the plateau")


def test_runs_on_the_plateau_have_low_norms_for_another_reason():
    # Among stalled runs accuracy falls with the norm; with those on the plateau, low in both, all rises.
    norm = np.where(STALLED, 1550 + np.arange(2 * RUNS), 1400.0 + np.arange(2 * RUNS))
    accuracy = np.where(STALLED, 0.8 - 0.01 * np.arange(2 * RUNS), 0.33)
    mixed = DATA.assign(final_norm=("run", norm), final_accuracy=("run", accuracy))
    (part,) = CORRELATION.judge(mixed)
    assert part.holds is False and part.value < -0.9 and part.n == 12


def test_a_norm_that_is_not_known_is_left_out_with_its_run():
    (part,) = CORRELATION.judge(
        changed(DATA, "final_norm", np.where(np.arange(40) == 3, np.nan, DATA["final_norm"]))
    )
    assert part.holds and part.n == 11


def test_an_interval_that_holds_0_decides_nothing():
    noise = np.where(np.arange(40) % 2 == 0, 0.5, 0.8)
    (part,) = CORRELATION.judge(changed(DATA, "final_accuracy", noise))
    assert part.undecided == "its interval holds the threshold"
