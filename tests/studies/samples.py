"""A dataset of all kinds, an experiment without training, and its verdict, for tests of the framework."""

import numpy as np
import xarray as xr

from dynamicl.studies import Experiment, Threshold

DATA = xr.Dataset(
    {
        "loss": (("run", "step"), np.array([[1.5, np.nan, np.inf], [0.123456789, 1e-9, -2.0]], np.float32)),
        "whole": (("run", "step"), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
        "observed": ("run", np.array([True, False])),
        "first": ("run", np.array([3, 2**40])),
        "nothing": ("run", np.array([np.nan, np.nan])),
        "name": ("run", np.array(["a", "bé"])),
        "best": ((), 0.25),
        "word": ((), "so"),
        "empty": ("none", np.zeros(0)),
    },
    {"run": ["x", "y"], "step": [0, 10, 20], "sequences": ("step", [0, 320, 640])},
    {"level": 0.5, "labels": ["1", "2"], "nested": {"a": [1, 2]}},
)
BEST, LAST = Threshold("best", ">=", 0.25), Threshold("last of the whole", ">", 5.0)


def judge(data):
    return BEST.part((float(data["best"]), 0.2, 0.3), 2), LAST.part(float(data["whole"][-1, -1]), 4)


def experiment(name="induction.plateau", **more):
    functions = {
        "setting": lambda scale: scale,
        "measure": lambda lab, scale, trajectories: DATA,
        "judge": judge,
        "criterion": (BEST, LAST),
        "note": lambda data: "beside it",
    }
    return Experiment(name, **(functions | more))


def verdict(name="induction.plateau", scale="laptop", data=DATA, **more):
    return experiment(name).verdict(data, scale, **more)
