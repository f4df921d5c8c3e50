from types import SimpleNamespace

import numpy as np
import xarray as xr

from dynamicl.studies._plain import as_kept
from dynamicl.studies.lookup._ends import Ended
from dynamicl.studies.lookup._features import SETS, by_pairs, features
from dynamicl.studies.lookup._r4_unpredicted import (
    ENDS,
    JUDGED,
    NOTHING,
    POPULATIONS,
    UNPREDICTED,
    Predictions,
    moments,
    predictions,
    tabulated,
)
from dynamicl.studies.lookup._settings import setting
from studies.judging import changed, judge_test

HALFWAY = np.tile([0.55, 0.4, 0.7], (3, len(JUDGED), 1))
AREAS = np.tile([0.6, 0.45, 0.7], (3, len(SETS), 3, 1))
DATA = xr.Dataset(
    {
        "halfway": (("population", "judged", "end"), HALFWAY),
        "auc": (("population", "features", "moment", "end"), AREAS),
        "step": (
            ("population", "moment"),
            np.array([[100.0, 200, np.nan], [100, 500, 900], [100, 500, 900]]),
        ),
        "earliest": ("population", [400.0, 1000.0, 1000.0]),
    },
    {
        "population": list(POPULATIONS),
        "judged": list(JUDGED),
        "features": list(SETS),
        "moment": range(3),
        "end": list(ENDS),
    },
)
TOLD = changed(DATA, "halfway", [0.8, 0.51, 0.9], population="forks", judged="attention")
test_judge = judge_test(UNPREDICTED, DATA, {NOTHING: TOLD})


UNKNOWN = "too few runs of either fate, or nothing recorded: "


def test_what_was_not_looked_at_leaves_it_open():
    missing = DATA.sel(population=["own seeds", "forks"])
    for data in (missing, changed(DATA, "halfway", np.nan, population="one initialisation", judged="norm")):
        (part,) = UNPREDICTED.judge(data)
        assert part.holds is None and part.undecided == f"{UNKNOWN}one initialisation"
    # What is told somewhere is told.
    (part,) = UNPREDICTED.judge(TOLD.sel(population=["forks"]))
    assert part.holds is False and part.n == len(JUDGED)


def test_that_nothing_is_seen_to_tell_proves_nothing():
    (part,) = UNPREDICTED.judge(changed(DATA, "halfway", [0.6, 0.4, 0.76], population="forks", judged="norm"))
    assert part.undecided == "an AUC may be as high as 0.76"


def test_older_datasets_are_judged_by_the_last_moment_before_half_of_the_earliest_s():
    old = as_kept(DATA.drop_vars(["halfway", "judged"]))
    (part,) = UNPREDICTED.judge(old)
    assert part.holds and part.value == 0.45 and part.n == len(POPULATIONS) * len(JUDGED)
    seen = changed(old, "auc", [0.6, 0.52, 0.7], population="forks", features="norm", moment=1)
    assert UNPREDICTED.judge(seen)[0].undecided == "the intervals of this dataset do not hold together"
    later = changed(old, "auc", [0.6, 0.52, 0.7], population="forks", features="norm", moment=2)
    assert UNPREDICTED.judge(later)[0].holds


def test_nothing_at_all_is_open():
    (part,) = UNPREDICTED.judge(as_kept(tabulated([])))
    assert part.holds is None and part.undecided == UNKNOWN + "own seeds, one initialisation, forks"
    assert UNPREDICTED.note(tabulated([])) == "no population with five runs of either fate"


def test_moments_lie_between_the_start_and_the_earliest():
    steps = moments(0, 1000.0, 100)
    assert steps[0] == 300 and steps[-1] == 900 and (steps % 100 == 0).all() and (np.diff(steps) > 0).all()
    assert moments(60, 5000.0, 100)[0] == 300 and list(moments(0, 100.0, 100)) == [300]


def test_what_is_foretold_is_told_from_many_tests_of_noise():
    generator = np.random.default_rng(1)
    fate = np.arange(60) < 25
    tables = {
        "norm": (fate + 0.5 * generator.normal(size=60))[:, None],
        "rules": generator.normal(size=(60, 3)),
        "attention": (fate + 1.4 * generator.normal(size=60))[:, None],
    }
    found = Predictions("own", np.array([100]), 1000.0, {}, tables, fate)
    assert found.together("norm", 9).low > 0.5 > found.together("rules", 9).low
    # A weak hint counts alone, not as the best of a hundred tests.
    assert found.together("attention", 1).low > 0.5 > found.together("attention", 100).low


def test_fates_are_predicted_by_what_tells_them_apart():
    generator, steps = np.random.default_rng(2), np.arange(0, 1100, 100)
    fate = np.arange(40) < 15
    accuracy = 0.5 + 0.02 * generator.normal(size=(40, 11, 1))
    norm = 100 + generator.normal(size=(40, 11)) + np.outer(fate, steps / 100)
    data = xr.Dataset(
        {
            "accuracy": (("run", "step", "evaluator"), accuracy),
            "squared_norm": (("run", "step"), norm),
            "collect_accuracy": (("run", "step", "layer"), generator.random((40, 11, 2))),
        },
        {"evaluator": ["train"], "step": steps},
    )
    ends = xr.Dataset({"converged": ("run", fate), "time": ("run", np.where(fate, 1000.0, 1100.0))})
    runs = Ended(setting("laptop"), SimpleNamespace(dataset=data), ends)
    found = predictions("own seeds", runs, 0)
    assert found.earliest == 1000 and found.steps[0] == 300 and found.steps[-1] <= 950
    assert found.halfway("norm").low > 0.8 and found.halfway("rules").low < 0.5
    # The moment looked at is the last that is no later than half of the earliest S.
    at = int(found.steps[found.steps <= 500][-1])
    assert np.array_equal(found.tables["norm"], features(by_pairs(runs), 0, at)["norm"])
    assert predictions("own", runs._replace(ends=ends.isel(run=slice(0, 19))), 0) is None
    table = tabulated([found])
    low = table["halfway"].sel(end="low", population="own seeds")
    # What this population tells by its norm is told; nothing else of it is judged.
    assert low.sel(judged="norm") > 0.8 and low.sel(judged="rules") < 0.5
    assert UNPREDICTED.judge(table)[0].holds is False
