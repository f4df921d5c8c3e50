"""Small populations for the lab's tests, and what is compared of them."""

import dataclasses

import numpy as np

from dynamicl.store import Store
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds
from small import SmallModelSpec, SmallTaskSpec

BASE = RunSpec(SmallTaskSpec(), SmallModelSpec(), OptimizerSpec("adam", 0.01), steps=60, batch_size=4)
RECORDING = Recording(Every(10), At((20, 40)), sequences=8, measures=("norms",), optimizer_state=True)


def runs(count=3, steps=60):
    return [
        dataclasses.replace(BASE, seeds=Seeds(i, i + 5, 2), steps=steps, task=SmallTaskSpec(shift=0.1 * i))
        for i in range(count)
    ]


def records_equal(a, b):
    """Whether all records of two trajectories have the same bits."""
    a, b = a.dataset, b.dataset
    return all(
        a[name].dims == b[name].dims and np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f")
        for name in set(a.data_vars) | set(b.data_vars)
    )


def states(trajectory):
    """Every checkpoint and the last state of each store, as bytes."""
    found = {}
    for path in sorted({store.path for store, _ in trajectory.members}):
        store = Store.open(path)
        found[path.name, "state"] = [store.state()[0], {k: v.tobytes() for k, v in store.state()[1].items()}]
        for step in store.checkpoints:
            found[path.name, step] = {name: value.tobytes() for name, value in store.checkpoint(step).items()}
    return found


def same(a, b):
    """Whether two libraries' runs are the same bit for bit."""
    return records_equal(a, b) and states(a) == states(b)
