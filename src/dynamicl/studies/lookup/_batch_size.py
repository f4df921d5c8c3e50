"""Our own: whether the conclusions hang on the batch size, which the report does not tell."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, words

from ._ends import CLIMBING, counts, ended, open_while_climbing, told
from ._populations import experiment
from ._r4_time import spread
from ._settings import Setting

BOTH_FATES = Threshold("runs of the rarer fate, fewer of both batch sizes", ">=", 2.0)
SAME_TIME = Threshold("factor between a time of convergence and the common median, largest", "<", 2.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train the runs of the first seeds with another batch size.

    Returns:
        How these runs ended, `accuracy` (run, step), and of the same seeds with the usual batch size `first_time` and
        `first_converged`; of all runs with the usual one `usual_time` and `usual_converged`.
    """
    first, second = ended(scale, trajectories["one_head"]).ends, ended(scale, trajectories["other_batch"])
    same = first.isel(run=slice(scale.other_runs))
    return second.curves.assign(
        first_time=("run", same["time"].values),
        first_converged=("run", same["converged"].values),
        usual_time=("usual", first["time"].values),
        usual_converged=("usual", first["converged"].values),
    ).assign_attrs(batch=scale.batch, other_batch=scale.other_batch)


def fates(data: xr.Dataset) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return times and whether runs converged: with the usual batch size, and with the other."""
    names = (("usual_time", "usual_converged"), ("time", "converged"))
    usual, other = ((data[time].values, data[seen].values.astype(bool)) for time, seen in names)
    return usual, other


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """With either batch size both fates exist, and all times lie within a factor of two about their common median.

    Runs that still climb when their training ends may yet have either; of the usual batch size they are not told apart.
    """
    both = fates(data)
    (exact, others), (other_exact, other_others) = ((int(seen.sum()), int((~seen).sum())) for _, seen in both)
    at_most = min(exact, others, other_exact, other_others)
    rarer = min(at_most, other_others - counts(data)[CLIMBING])
    times = np.concatenate([time[seen] for time, seen in both])
    factors = np.exp(np.abs(np.log(times / np.median(times)))) if times.size else times
    return (
        BOTH_FATES.part(
            float(rarer), sum(seen.size for _, seen in both), open_while_climbing(BOTH_FATES, rarer, at_most)
        ),
        SAME_TIME.part(largest(factors), times.size),
    )


def note(data: xr.Dataset) -> str:
    """Give P and S of both."""
    sizes = (data.attrs["batch"], data.attrs["other_batch"])
    parts = []
    for size, (time, seen) in zip(sizes, fates(data), strict=True):
        share, span = jeffreys(int(seen.sum()), seen.size), spread(time[seen])
        parts.append(f"batch {size}: P {words(share)}, S {span.low:.0f} to {span.high:.0f}")
    alike = int((data["converged"].values == data["first_converged"].values).sum())
    return f"{'; '.join(parts)} ({told(data)}); {alike} of {data.sizes['run']} seeds end alike"


BATCH_SIZE = experiment(
    "lookup.batch_size",
    ["one_head", "other_batch"],
    measure=measure,
    judge=judge,
    criterion=(BOTH_FATES, SAME_TIME),
    note=note,
    finding="the conclusions do not hang on the batch size, which the report does not tell",
)
