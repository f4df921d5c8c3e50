"""Forked runs: parents with checkpoints, their forks, and what is read off them."""

import dataclasses
from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.lab import fork, seeds_of_forks
from dynamicl.statistics import (
    FateCurve,
    Interval,
    commitment_step,
    fit_commitment,
    isotonic_commitment,
    isotonic_fate,
)
from dynamicl.store import Trajectory
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt
from dynamicl.training import At, Every, Recording, RunSpec

from ._ends import converged, ended
from ._settings import MEASURES, Setting, main_runs

UNTIL = 0.9
"""The last step t at which a parent is forked, as a share of its S."""
ABOUT = 0.7
"""Neighbouring forks are made where the rising fit passes this; the report's P is about 0.8."""


class Parents(NamedTuple):
    """The runs that are forked.

    Attributes:
        seeds: their places among the runs from scratch.
        converged: whether each did.
        times: S of each.
        at: steps at which each is forked.
    """

    seeds: list[int]
    converged: list[bool]
    times: list[float]
    at: list[tuple[int, ...]]


def parents(scale: Setting, trajectories: Trajectories) -> Parents:
    """Choose the runs that are forked: those of the lowest seeds that converged.

    Where too few did, the most accurate others make up the number, so that the code runs at any scale.
    """
    ends = ended(scale, trajectories["one_head"]).ends
    seen = ends["converged"].values
    order = np.lexsort((np.where(seen, 0, -ends["final_accuracy"].values), ~seen))
    seeds = [int(i) for i in order[: scale.models]]
    times = [float(ends["time"].values[i]) for i in seeds]
    at = [fork_steps(scale, time) for time in times]
    return Parents(seeds, [bool(seen[i]) for i in seeds], times, at)


def fork_steps(scale: Setting, time: float) -> tuple[int, ...]:
    """Return the steps t of the forks of a run that converges at a time: 0, then evenly on a logarithmic axis."""
    steps = np.geomspace(scale.fork_first, UNTIL * time, scale.fork_steps - 1)
    return (0, *(int(step) for step in dict.fromkeys(np.round(steps).astype(int))))


def parent_runs(scale: Setting, chosen: Parents) -> list[RunSpec]:
    """Describe the parents: some of the runs from scratch once more."""
    scratch = main_runs(scale)
    return [scratch[seed] for seed in chosen.seeds]


def parent_recording(scale: Setting, at: tuple[int, ...]) -> Recording:
    """Record runs with checkpoints that can be forked; everything else is recorded as ever."""
    return Recording(Every(scale.every), At(at), scale.sequences, MEASURES, optimizer_state=True)


def fork_recording(scale: Setting) -> Recording:
    """Record of forks their accuracy alone."""
    return Recording(Every(scale.every), At(()), scale.sequences, ())


def fork_runs(scale: Setting, trajectories: Trajectories) -> list[RunSpec]:
    """Describe all forks: parents outermost, then steps, then data seeds."""
    chosen = parents(scale, trajectories)
    ids = trajectories["parents"].runs
    runs = []
    for spec, run, steps in zip(parent_runs(scale, chosen), ids, chosen.at, strict=True):
        for step in steps:
            seeds = seeds_of_forks(spec, step, scale.forks)
            runs += [fork(spec, run, step, seed, scale.fork_end) for seed in seeds]
    return runs


def fates(scale: Setting, trajectories: Trajectories) -> list[xr.Dataset]:
    """Tabulate what became of each parent's forks.

    Returns:
        For each parent, over (at, fork): `time` (S, or the last step seen), `observed` (whether it converged),
        `data_seed`, `final_accuracy`; and `accuracy` (at, fork, step).
    """
    chosen = parents(scale, trajectories)
    data = trajectories["forks"].dataset.sel(evaluator="train")
    steps, accuracy = data["step"].values, data["accuracy"].transpose("run", "step").values
    specs = parent_runs(scale, chosen)
    tables, done = [], 0
    for spec, at in zip(specs, chosen.at, strict=True):
        rows = accuracy[done : done + len(at) * scale.forks].reshape(len(at), scale.forks, -1)
        done += len(at) * scale.forks
        seeds = [seeds_of_forks(spec, step, scale.forks) for step in at]
        tables.append(_tabulated(steps, rows, at).assign(data_seed=(("at", "fork"), np.array(seeds))))
    return tables


def _tabulated(steps: np.ndarray, accuracy: np.ndarray, at: tuple[int, ...]) -> xr.Dataset:
    """Tabulate forks with accuracy of shape (at, fork, step); a fork that diverged at once ends where it began."""
    shape = accuracy.shape[:2]
    time, final, observed = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, bool)
    for i, j in np.ndindex(shape):
        seen = np.isfinite(accuracy[i, j]) & (steps >= at[i])
        time[i, j] = at[i]
        if seen.any():
            time[i, j], observed[i, j] = converged(steps[seen], accuracy[i, j][seen])
            final[i, j] = accuracy[i, j][seen][-1]
    dims = ("at", "fork")
    return xr.Dataset(
        {
            "time": (dims, time),
            "observed": (dims, observed),
            "final_accuracy": (dims, final),
            "accuracy": ((*dims, "step"), accuracy),
        },
        {"at": list(at), "step": steps},
    )


def parent_curve(trajectory: Trajectory, model: int) -> xr.Dataset:
    """Read a parent's `accuracy` by step, with its own `time` and `observed`, for the page of fates."""
    data = trajectory.dataset[["accuracy"]].sel(evaluator="train").isel(run=model)
    time, observed = converged(data["step"].values, data["accuracy"].values)
    return data.assign(time=time, observed=observed)


class Commitment(NamedTuple):
    """When a run's fate was sealed.

    Attributes:
        curve: rising fit of P(t) with its band.
        isotonic: steps at which that reaches 50 % and 95 %.
        logistic: the same from the logistic fit; `None` where it cannot be fitted.
        deviance: of the logistic fit, per degree of freedom; 1 where forks are tossed coins. NaN without a fit.
    """

    curve: FateCurve
    isotonic: tuple[Interval, Interval]
    logistic: tuple[Interval, Interval] | None
    deviance: float


def commitment(fate: xr.Dataset) -> Commitment:
    """Fit P(t) of one parent's forks, once as any rising curve, once as a logistic one."""
    steps, forks, wins = outcome_counts(fate)
    curve = isotonic_fate(steps, forks, wins)
    levels = (isotonic_commitment(curve, 0.5), isotonic_commitment(curve, 0.95))
    fit, _ = attempt(fit_commitment, steps, forks, wins)
    if fit is None:
        return Commitment(curve, levels, None, float("nan"))
    logistic = (commitment_step(fit, 0.5), commitment_step(fit, 0.95))
    return Commitment(curve, levels, logistic, fit.deviance / max(1, len(steps) - 2))


def outcome_counts(fate: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the steps, how many forks were made at each, and how many of them converged."""
    observed = fate["observed"].transpose("at", "fork").values
    return fate["at"].values, np.full(len(observed), observed.shape[1]), observed.sum(axis=1)


def turning_step(scale: Setting, trajectories: Trajectories) -> int:
    """Return the step about which the first model's neighbouring forks are placed: see `nearest_step`."""
    return nearest_step(commitment(fates(scale, trajectories)[0]).curve)


def nearest_step(curve: FateCurve) -> int:
    """Return the step at which a rising P(t) passes 0.7.

    Where it is above from the start, or never gets there, it is the fork's step after 0 whose P is nearest: at step 0
    itself nothing was trained, and where P is 0 or 1 nothing can vary.
    """
    step = isotonic_commitment(curve, ABOUT).value
    if np.isfinite(step) and step > curve.steps[0]:
        return round(step)
    return int(curve.steps[1:][np.abs(curve.probability[1:] - ABOUT).argmin()])


def neighbour_steps(scale: Setting, trajectories: Trajectories) -> tuple[int, ...]:
    """Return the consecutive steps at which the first model is forked."""
    first = turning_step(scale, trajectories)
    return tuple(range(first, first + scale.neighbours))


def short_parent(scale: Setting, trajectories: Trajectories) -> RunSpec:
    """Describe the first model once more, up to the last of the neighbouring steps."""
    (spec, *_) = parent_runs(scale, parents(scale, trajectories))
    return dataclasses.replace(spec, steps=neighbour_steps(scale, trajectories)[-1] + 1)


def neighbour_runs(scale: Setting, trajectories: Trajectories) -> list[RunSpec]:
    """Describe the forks at neighbouring steps: steps outermost, then data seeds."""
    (whole, *_) = parent_runs(scale, parents(scale, trajectories))
    short, (run,) = short_parent(scale, trajectories), trajectories["short_parent"].runs
    return [
        fork(short, run, step, seed, scale.fork_end)
        for step in neighbour_steps(scale, trajectories)
        for seed in seeds_of_forks(whole, step, scale.neighbour_forks)
    ]


def control_runs(scale: Setting, trajectories: Trajectories) -> list[RunSpec]:
    """Describe forks under the parent's own data: each parent's first step and one in the middle."""
    chosen = parents(scale, trajectories)
    ids = trajectories["parents"].runs
    return [
        fork(spec, run, step, spec.seeds.data)
        for spec, run, at in zip(parent_runs(scale, chosen), ids, chosen.at, strict=True)
        for step in (at[0], at[len(at) // 2])
    ]
