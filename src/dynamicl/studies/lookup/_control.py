"""Our own: a fork under the parent's own data is the parent, bit for bit."""

import numpy as np
import xarray as xr

from dynamicl.lab import fork
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._forks import forked
from ._judge import judge
from ._populations import from_scratch_cost
from ._settings import setting

CLAIM = "lookup.control"


def control(lab: Lab) -> Outcome:
    """Fork both models at their first step, and at one in the middle, with the data seed that they have anyway.

    Held where the last weights of every such fork equal its parent's in every bit, and those of the parent, trained
    once more beside another population, equal those of the run from scratch.
    """
    found = forked(lab)
    chosen = found.population.chosen
    specs, parents = [], []
    for model, (run, at) in enumerate(zip(found.trajectory.runs, found.at, strict=True)):
        spec = found.spec(model)
        for step in (at[0], at[len(at) // 2]):
            specs.append(fork(spec, run, step, spec.seeds.data))
            parents.append(model)
    forks = lab.train(specs, chosen.recording(), "lookup: forks under the parent's own data")
    same = [
        _equal(forks.weights(i, chosen.steps), found.trajectory.weights(p, chosen.steps))
        for i, p in enumerate(parents)
    ]
    scratch = found.population.trajectory
    again = [
        _equal(scratch.weights(int(seed), chosen.steps), found.trajectory.weights(i, chosen.steps))
        for i, seed in enumerate(found.which)
    ]
    differ = np.array([share for share in (*same, *again)])
    verdict = judge(
        lab,
        CLAIM,
        {
            "forks equal their parents": all(s == 1 for s in same),
            "parents equal the first runs": all(s == 1 for s in again),
        },
        f"{sum(s == 1 for s in same)} of {len(same)} forks and {sum(s == 1 for s in again)} of {len(again)} parents "
        "have the same bits in every weight",
        None,
        len(differ),
        cost,
    )
    kept = xr.Dataset({"equal_weights": ("pair", differ)})
    return Outcome((verdict,), kept, (*found.trajectory.runs, *forks.runs))


def _equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """Return the share of weights that are equal; a checkpoint may hold the optimizer's state beside them."""
    names = [name for name in one if not name.startswith("optimizer/")]
    equal = sum(int((one[name] == other[name]).sum()) for name in names)
    return equal / sum(one[name].size for name in names)


def cost(scale: str) -> int:
    """Return at most how many run-steps parents and their controls ask for, the runs from scratch counted too."""
    chosen = setting(scale)
    return from_scratch_cost(scale) + 3 * chosen.models * chosen.steps


CONTROL = Experiment(CLAIM, control, cost)
