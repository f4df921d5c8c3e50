"""Small cohorts for the store's tests."""

import json

import numpy as np
import xarray as xr

from dynamicl.store import Store

RUNS = ("aa01", "bb02", "cc03")


def header(runs=RUNS, **more):
    return {"runs": list(runs), "specs": [json.dumps({"name": run}) for run in runs], **more}


def records(steps, runs=RUNS, batch=32, evaluators=("icl", "iwl"), heads=2, **more):
    """Records whose values say where they belong: run + step / 1000."""
    steps = np.asarray(steps, np.int64)
    base = (np.arange(len(runs))[:, None] + steps / 1000).astype(np.float32)
    return xr.Dataset(
        {
            "train_loss": (("run", "step"), base),
            "loss": (("run", "step", "evaluator"), np.repeat(base[..., None], len(evaluators), -1)),
            "induction_strength": (
                ("run", "step", "layer", "head"),
                np.broadcast_to(base[..., None, None], (*base.shape, 1, heads)).copy(),
            ),
            **more,
        },
        {
            "step": steps,
            "sequences": ("step", steps * batch),
            "evaluator": list(evaluators),
            "layer": [1],
            "head": np.arange(heads),
        },
    )


def weights(step, runs=RUNS):
    """Weights of which some rows are large enough for a chunk of their own."""
    rng = np.random.default_rng(step)
    return {
        "embed/table": rng.standard_normal((len(runs), 80, 64)).astype(np.float32),
        "norm.scale": rng.standard_normal((len(runs), 4)).astype(np.float32),
    }


def attention(step, runs=RUNS):
    values = np.full((len(runs), 1, 1, 2, 3, 3), step, np.float32)
    return xr.Dataset({"attention": (("run", "example", "layer", "head", "query", "key"), values)})


def train(path, steps=(10, 20, 30), runs=RUNS, **more):
    """A store with records, weights, maps and a state at each of some steps; closed."""
    with Store.create(path, header(runs, **more)) as store:
        done = 0
        for step in steps:
            store.commit(
                step,
                records=records(np.arange(done + 1, step + 1), runs),
                checkpoint=weights(step, runs),
                extras=attention(step, runs),
                state={"weights/embed": np.full((len(runs), 2), step, np.float32), "step": np.int64(step)},
            )
            done = step
    return path
