"""Our own: whether the conclusions hang on the batch size, which the report does not tell."""

import numpy as np

from dynamicl.statistics import jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge, words
from ._populations import from_scratch_cost, one_head, other_batch, other_batch_cost, told
from ._window import spread

CLAIM = "lookup.batch_size"


def batch_size(lab: Lab) -> Outcome:
    """Train the runs of the first seeds with another batch size, and compare how often and when they converge.

    The conclusions are held not to hang on it where with either batch size at least two runs converge and two do not,
    so both fates exist, and all times of either lie within the same factor of two about their common median.
    """
    first, second = one_head(lab), other_batch(lab)
    chosen = first.chosen
    few = first.ends.isel(run=slice(chosen.other_runs))
    shares = [jeffreys(int(e["converged"].sum()), e.sizes["run"]) for e in (first.ends, second.ends)]
    times = [e["time"].values[e["converged"].values] for e in (first.ends, second.ends)]
    every = np.concatenate(times)
    middle = float(np.median(every)) if every.size else np.nan
    both = [2 <= t.size <= e.sizes["run"] - 2 for t, e in zip(times, (first.ends, second.ends), strict=True)]
    agree = int((few["converged"].values == second.ends["converged"].values).sum())
    spans = [spread(t) for t in times]
    parts = {
        "both fates occur with either": all(both),
        "times within a factor of two": every.size > 0
        and bool(np.all((every > middle / 2) & (every < 2 * middle))),
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"batch {chosen.batch}: P {words(shares[0])}, S {spans[0].low:.0f} to {spans[0].high:.0f}; batch "
        f"{chosen.other_batch}: P {words(shares[1])}, S {spans[1].low:.0f} to {spans[1].high:.0f} ({told(second.ends)})"
        f"; {agree} of {chosen.other_runs} seeds end alike",
        shares[1],
        second.ends.sizes["run"],
        cost,
    )
    data = second.data
    kept = second.ends.assign(
        accuracy=(("run", "step"), data["accuracy"].transpose("run", "step").values),
        first_time=("run", few["time"].values),
        first_converged=("run", few["converged"].values),
    )
    kept = kept.assign_coords(seed=("run", np.arange(chosen.other_runs)), step=data["step"].values)
    return Outcome((verdict,), kept, second.trajectory.runs)


def cost(scale: str) -> int:
    """Return the run-steps of both populations."""
    return from_scratch_cost(scale) + other_batch_cost(scale)


BATCH_SIZE = Experiment(CLAIM, batch_size, cost)
