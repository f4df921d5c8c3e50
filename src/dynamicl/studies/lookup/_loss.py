"""Figure 2: the training loss drops sharply at the steps at which accuracy rises."""

import numpy as np
import xarray as xr

from dynamicl.statistics import bootstrap_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import attempt, judge, words
from ._populations import from_scratch_cost, jumps, one_head, too_few_exact

CLAIM = "lookup.r1.loss"
MOST = 0.9


def loss(lab: Lab) -> Outcome:
    """Compare, run by run, when the training loss drops and when accuracy rises.

    Training losses are means over the steps since the last evaluation, placed in the middle of them. The claim is held
    to have reproduced where both transitions are found in at least nine of ten exact runs, and the 95 % interval of the
    median time between their middles lies within the median 10-90 % width of the rise of accuracy, on either side.
    """
    population = one_head(lab)
    exact = population.exact
    rises, drops = jumps(population, exact), jumps(population, exact, "train_loss")
    both = [(r, d) for r, d in zip(rises, drops, strict=True) if r.found and d.found]
    lag = np.array([d.time - r.time for r, d in both])
    width = float(np.median([r.width for r, _ in both])) if both else float("nan")
    between, _ = attempt(bootstrap_interval, lag, "median", method="percentile")
    parts = {
        "both transitions found": len(both) >= MOST * len(exact) and len(both) > 1,
        "at the same steps": between is not None and max(abs(between.low), abs(between.high)) < width,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"the loss drops {words(between, '.0f')} steps after accuracy rises (median over {len(both)} of {len(exact)} "
        f"exact runs); accuracy takes {width:.0f} steps from 10 to 90 %",
        between,
        len(both),
        from_scratch_cost,
        untestable=too_few_exact(population),
    )
    data = population.data
    shown = exact if len(exact) else np.arange(1)
    chosen = data[["train_loss", "accuracy"]].isel(run=shown).transpose("run", "step")
    kept = xr.Dataset(
        {name: (("run", "step"), chosen[name].values) for name in chosen}
        | {
            "rise": ("run", [jump.time for jump in rises] or [np.nan]),
            "drop": ("run", [jump.time for jump in drops] or [np.nan]),
        },
        {"seed": ("run", shown), "step": data["step"].values},
    )
    return Outcome((verdict,), kept, population.trajectory.runs)


LOSS = Experiment(CLAIM, loss, from_scratch_cost)
