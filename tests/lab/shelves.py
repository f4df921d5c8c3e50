"""Libraries written by hand: runs with settings, records and weights, without any training."""

import json

import numpy as np
import xarray as xr

from dynamicl.store import Store

RATES = {"aaaa01": 0.001, "bbbb02": 0.01, "cccc03": 0.1}


def spec(run):
    return json.dumps(
        {
            "optimizer": {"learning_rate": RATES.get(run, 1.0), "decay": None},
            "seeds": {"init": sorted(RATES).index(run) if run in RATES else 9, "data": 3},
            "steps": 20,
        }
    )


def records(runs, steps=(0, 10, 20)):
    """Accuracy is the step / 100 plus the learning rate; the loss is one less that."""
    rates = np.array([RATES.get(run, 1.0) for run in runs])
    accuracy = np.asarray(steps)[None, :, None] / 100 + rates[:, None, None] + np.array([0.0, 0.5])
    strength = np.broadcast_to(accuracy[..., :1, None], (*accuracy.shape[:2], 1, 2)).copy()
    dims = ("run", "step", "evaluator")
    return xr.Dataset(
        {
            "accuracy": (dims, accuracy.astype(np.float32)),
            "loss": (dims, (1 - accuracy).astype(np.float32)),
            "induction_strength": (("run", "step", "layer", "head"), strength.astype(np.float32)),
        },
        {
            "step": np.array(steps),
            "sequences": ("step", np.array(steps) * 2**29),
            "evaluator": ["train", "held out"],
            "layer": [2],
            "head": [0, 1],
        },
    )


def shelve(folder, runs, status="finished", steps=(0, 10, 20), **header):
    """Write a store of finished (or other) runs."""
    described = {"runs": list(runs), "specs": [spec(run) for run in runs], **header}
    with Store.create(folder, described) as store:
        store.commit(
            steps[-1],
            records=records(runs, steps),
            checkpoint={"w": np.arange(len(runs) * 3.0).reshape(-1, 3)},
            attributes={
                "status": status,
                "run_status": [status] * len(runs),
                "failure": "ValueError: broken",
            },
        )
    return folder
