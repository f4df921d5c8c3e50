from types import SimpleNamespace

import numpy as np
import xarray as xr

from dynamicl.studies.lookup._ends import Ended
from dynamicl.studies.lookup._features import SETS, by_pairs, features
from dynamicl.studies.lookup._settings import setting


def test_features_are_of_the_past_alone():
    generator = np.random.default_rng(0)
    steps = np.arange(0, 1000, 100)
    curves = {
        name: (("run", "step"), generator.normal(size=(4, 10)))
        for name in dict.fromkeys(n for s in SETS.values() for n in s)
    }
    curves["part_norm"] = (("run", "step", "part"), generator.normal(size=(4, 10, 3)))
    data = xr.Dataset(curves, {"step": steps})
    later = data.copy(deep=True)
    for name in later:
        later[name][:, 7:] = 1e9
    for name, table in features(data, 0, 600).items():
        assert np.array_equal(table, features(later, 0, 600)[name]), name
    now = data["squared_norm"].values[:, 4:7].mean(axis=1)
    assert np.allclose(features(data, 0, 600)["norm"][:, 0], now)
    assert features(data, 0, 600)["everything"].shape == (4, 2 * (len(SETS["everything"]) + 2))


def test_features_that_some_run_lacks_are_left_out():
    data = xr.Dataset({"squared_norm": (("run", "step"), [[1.0, 2.0], [1.0, np.nan]])}, {"step": [0, 100]})
    assert features(data, 0, 100)["norm"].shape == (2, 0)


def test_accuracy_by_number_of_pairs_is_told_where_that_varies():
    def population(*evaluators):
        accuracy = np.arange(2.0 * 3 * len(evaluators)).reshape(2, 3, -1)
        data = xr.Dataset(
            {"accuracy": (("run", "step", "evaluator"), accuracy)},
            {"evaluator": list(evaluators), "step": [0, 100, 200]},
        )
        return Ended(setting("smoke"), SimpleNamespace(dataset=data), xr.Dataset())

    varied = by_pairs(population("train", "n = 1", "n = 3", "held-out combinations"))
    assert varied["accuracy_by_pairs"].values[0].tolist() == [[1, 2], [5, 6], [9, 10]]
    assert features(varied, 0, 200)["everything"].shape == (2, 2 * 3)
    assert "accuracy_by_pairs" not in by_pairs(population("train"))
