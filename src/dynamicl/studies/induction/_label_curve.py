"""Our own, one curve for two documents: time to in-context learning against the number of labels L.

The thesis says that more labels delay it, because copying is harder to learn. Reddy says that L = N is bad, because
nothing prepares the read-out before the match is learnt; with two pairs that is L = 2. Together: a U.
"""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Population, Populations, Trajectories
from dynamicl.studies._summaries import mean, ratio, words
from dynamicl.training import RunSpec

from ._curves import learning_times, stack_runs
from ._settings import Setting, run, setting

LENGTH = 2e6
"""Published sequences of each run, twice the thesis' main runs: with 15 labels one head alone took up to as long."""
OWN = 5
"""Labels of the study's own task, where the thesis' runs lie: the middle with which both ends are compared. It is fixed
before the first run, since the quickest of seven would look quicker than both ends by chance."""
LEAST_SEEDS = 5
"""So many seeds must have learnt between the ends: a time that is only a lower bound bends the curve at will there,
while at either end it makes the U shallower."""
FEWER = Threshold(f"learning time with the fewest labels over that with {OWN}", "low >", 1.0)
MORE = Threshold(f"learning time with the most labels over that with {OWN}", "low >", 1.0)
BENT = Threshold(
    "curvature of ln time over ln labels (quadratic fit of each seed), mean over seeds", "low >", 0.0
)


def curve_runs(scale: Setting) -> list[RunSpec]:
    """Describe whole networks by number of labels: labels outermost, then seeds."""
    return [
        run(scale, seed, LENGTH, labels=labels)
        for labels in scale.curve_labels
        for seed in range(scale.curve_seeds)
    ]


def needed(scale: Setting) -> Populations:
    """List the runs, a program for each number of labels."""
    return {
        "label_curve": Population("induction: numbers of labels", tuple(curve_runs(scale)), scale.recording())
    }


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return `loss` (labels, seed, sequences), `learning_time` and `learnt` (labels, seed).

    Times of runs that do not learn are lower bounds.
    """
    axes = {"labels": scale.curve_labels, "seed": range(scale.curve_seeds)}
    loss = stack_runs(trajectories["label_curve"], scale, **axes)["loss"]
    times = learning_times(loss)
    return xr.Dataset({"loss": loss, "learning_time": times["time"], "learnt": times["observed"]})


def known(data: xr.Dataset) -> xr.DataArray:
    """Return the times (seed, labels) of the seeds that learnt with every number of labels between the ends."""
    inner = data["learnt"].transpose("seed", "labels").values[:, 1:-1].astype(bool).all(axis=1)
    return data["learning_time"].transpose("seed", "labels").isel(seed=np.flatnonzero(inner))


def curvatures(times: xr.DataArray) -> np.ndarray:
    """Return the curvature of each seed: the coefficient of (ln L)^2 in a quadratic fit of ln time."""
    return np.polyfit(np.log(times["labels"].values), np.log(times.values).T, 2)[0]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Fewest and most labels both take longer than the study's own number, and the whole is bent upwards."""
    times = known(data)
    seeds = times.sizes["seed"]
    few = (
        ""
        if seeds >= LEAST_SEEDS
        else f"only {seeds} seeds learn with every number of labels between the ends"
    )
    ends = data["labels"].values[[0, -1]]
    fewest, most, own = (times.sel(labels=labels).values for labels in (*ends, OWN))
    return (
        FEWER.part(ratio(fewest, own), seeds, few),
        MORE.part(ratio(most, own), seeds, few),
        BENT.part(mean(curvatures(times)) if seeds else np.nan, seeds, few),
    )


def note(data: xr.Dataset) -> str:
    """Give the typical time and the share of seeds that learn, for each number of labels."""
    pieces = []
    for labels in data["labels"].values:
        time = data["learning_time"].sel(labels=labels).values
        learnt = data["learnt"].sel(labels=labels).values.astype(bool)
        typical = words(ratio(time, np.ones(time.size)), ",.0f")
        share = words(jeffreys(int(learnt.sum()), learnt.size))
        pieces.append(f"{labels} labels {typical}" + ("" if learnt.all() else f" (learnt by {share})"))
    return f"sequences to .4 log 2, geometric mean: {'; '.join(pieces)}"


LABEL_CURVE = Experiment(
    "induction.label_curve",
    setting=setting,
    populations=needed,
    measure=measure,
    judge=judge,
    criterion=(FEWER, MORE, BENT),
    note=note,
    finding=(
        "in-context learning is slowest with as few labels as pairs and with many: the time until it comes is a U in "
        "the number of labels, which joins what the thesis says of many with what Reddy says of L = N"
    ),
)
