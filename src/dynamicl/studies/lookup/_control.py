"""Our own: a fork under the parent's own data is the parent, bit for bit."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._forks import parents
from ._populations import experiment
from ._settings import Setting

FORK, PARENT = PAIRS = ("fork", "parent")
FORKS = Threshold("share of weights in which a fork under the parent's data equals it, least", ">=", 1.0)
PARENTS = Threshold("share of weights in which a parent trained again equals the first run, least", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Fork every model at its first step, and at one in the middle, with the data seed that it has anyway.

    Returns:
        `equal_weights` (pair): the share of last weights that have the same bits; `kind` (pair) says whether a fork is
        compared with its parent, or a parent, trained once more beside another population, with the run from scratch.
    """
    chosen = parents(scale, trajectories)
    scratch, again, forks = (trajectories[name] for name in ("one_head", "parents", "controls"))
    last, models = scale.steps, range(len(chosen.seeds))
    pairs = [(FORK, forks.weights(i, last), again.weights(i // 2, last)) for i in range(2 * len(models))]
    pairs += [(PARENT, scratch.weights(chosen.seeds[i], last), again.weights(i, last)) for i in models]
    return xr.Dataset(
        {
            "equal_weights": ("pair", [equal_share(one, other) for _, one, other in pairs]),
            "kind": ("pair", [kind for kind, _, _ in pairs]),
        }
    )


def equal_share(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the share of weights that are equal; a checkpoint may hold the optimizer's state beside them."""
    names = [name for name in one if not name.startswith("optimizer/")]
    equal = sum(int((one[name] == other[name]).sum()) for name in names)
    return equal / sum(one[name].size for name in names)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every fork equals its parent, and every parent the first run, in every bit."""
    share, kind = data["equal_weights"].values, data["kind"].values
    forks, again = share[kind == FORK], share[kind == PARENT]
    return FORKS.part(forks.min(), forks.size), PARENTS.part(again.min(), again.size)


CONTROL = experiment(
    "lookup.control",
    ["one_head", "parents", "controls"],
    measure=measure,
    judge=judge,
    criterion=(FORKS, PARENTS),
    finding="a fork under the parent's own data is the parent, bit for bit",
)
