import numpy as np
import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.studies.lookup._ends import (
    Ended,
    climbs,
    converged,
    counts,
    ends,
    jump_table,
    kinds,
    told,
    too_few_exact,
)
from dynamicl.studies.lookup._settings import setting

STEPS = np.arange(0, 10_001, 100)


def runs(*accuracy):
    """Runs with these accuracy curves."""
    curves = np.array(accuracy)
    trajectory = object.__new__(Trajectory)
    dims = ("run", "step", "evaluator")
    data = xr.Dataset(
        {
            "accuracy": (dims, curves[..., None]),
            "accuracy_error": (dims, np.full((*curves.shape, 1), 0.01)),
            "squared_norm": (("run", "step"), np.tile(STEPS + 1.0, (len(curves), 1))),
        },
        {"evaluator": ["train"], "step": STEPS, "run": list("abcdefgh")[: len(curves)]},
    )
    return trajectory, data


def logistic(middle, width, top):
    return 0.33 + (top - 0.33) / (1 + np.exp((middle - STEPS) / width))


def test_convergence_needs_three_evaluations_in_a_row():
    steps = np.arange(0, 700, 100)
    assert converged(steps, np.array([0.5, 0.96, 0.5, 0.96, 0.97, 0.98, 0.9])) == (300.0, True)
    assert converged(steps, np.array([0.5, 0.96, 0.96, 0.9, 0.97, 0.98, 0.9])) == (600.0, False)


def test_ends_and_jumps(monkeypatch):
    rng = np.random.default_rng(1)
    noise = 0.003 * rng.normal(size=(5, len(STEPS)))
    curves = [
        logistic(5000, 100, 1.0),
        logistic(5000, 1500, 1.0),
        logistic(4000, 300, 0.7),
        np.full(len(STEPS), 0.33),
        logistic(9500, 300, 0.7),
    ]
    trajectory, data = runs(*np.clip(np.array(curves) + noise, 0, 1))
    monkeypatch.setattr(Trajectory, "dataset", data)
    scale = setting("laptop")
    ended = ends(trajectory, scale.plateau)
    assert ended["kind"].values.tolist() == ["exact", "exact", "stalled", "plateau", "climbing"]
    assert counts(ended) == {"exact": 2, "stalled": 1, "plateau": 1, "climbing": 1}
    assert told(ended) == "2 exact, 1 stalled below 1, 1 still climbing, 1 still on the plateau"
    assert ended["time"].values[2] == 10_000 and 5200 < ended["time"].values[0] < 5500
    assert (ended["final_norm"].values == 10_001).all()
    table = jump_table(Ended(scale, trajectory, ended))
    # Only the steep one is a sharp jump from the plateau; what never got there has none.
    assert table["sharp"].values.tolist() == [True, False, False, False, False]
    assert abs(table["jump_time"].values[0] - 5000) < 50 and np.isnan(table["jump_time"].values[2:]).all()


def test_a_run_climbs_where_its_last_tenth_is_surely_above_the_one_before():
    noise = 0.02 * np.random.default_rng(0).normal(size=len(STEPS))
    assert climbs(np.where(STEPS > 9000, 0.75, 0.7) + noise)
    assert not climbs(np.full(len(STEPS), 0.7) + noise) and not climbs(np.full(len(STEPS), 0.7))
    # What rose earlier has stalled since, and a fall is no climb.
    assert not climbs(np.where(STEPS > 8000, 0.75, 0.7) + noise)
    assert not climbs(np.where(STEPS > 9000, 0.6, 0.7) + noise)


def test_older_datasets_call_runs_stalled_that_climb():
    curves = np.stack([logistic(9500, 300, 0.7), np.full(len(STEPS), 0.7), logistic(9500, 300, 1.0)])
    old = xr.Dataset({"kind": ("run", ["stalled", "stalled", "plateau"])})
    assert kinds(old).tolist() == ["stalled", "stalled", "plateau"]
    told_by_curves = kinds(old.assign(accuracy=(("run", "step"), curves)))
    assert told_by_curves.tolist() == ["climbing", "stalled", "plateau"]


def test_nothing_is_told_of_a_single_exact_run():
    one, two = (xr.Dataset(attrs={"exact_runs": exact, "all_runs": 5}) for exact in (1, 2))
    assert too_few_exact(one) == "1 of 5 runs converged, fewer than 2" and too_few_exact(two) == ""
