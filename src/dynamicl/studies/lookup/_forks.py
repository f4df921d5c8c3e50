"""Forked runs: two parents with checkpoints, their forks, and what is read off them."""

from typing import NamedTuple

import numpy as np

from dynamicl.lab import Fates, fate
from dynamicl.statistics import (
    FateCurve,
    Interval,
    commitment_step,
    fit_commitment,
    isotonic_commitment,
    isotonic_fate,
)
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Lab
from dynamicl.training import At, Every, Recording, RunSpec

from ._judge import attempt
from ._populations import Population, converged, from_scratch_cost, one_head, parents
from ._settings import MEASURES, Setting, main_runs, setting

UNTIL = 0.9
"""The last step t at which a parent is forked, as a share of its S."""


class Parents(NamedTuple):
    """The runs that are forked.

    Attributes:
        population: the runs from scratch.
        which: their seeds there.
        at: steps at which each is forked.
        times: S of each.
        trajectory: of the same runs, trained once more with checkpoints that hold the optimizer's state.
    """

    population: Population
    which: list[int]
    at: list[tuple[int, ...]]
    times: list[float]
    trajectory: Trajectory

    def spec(self, model: int) -> RunSpec:
        """Return a parent's spec."""
        return main_runs(self.population.chosen)[self.which[model]]


def fork_steps(chosen: Setting, time: float) -> tuple[int, ...]:
    """Return the steps t of the forks of a run that converges at a time: 0, then evenly on a logarithmic axis."""
    steps = np.geomspace(chosen.fork_first, UNTIL * time, chosen.fork_steps - 1)
    return (0, *(int(step) for step in dict.fromkeys(np.round(steps).astype(int))))


def with_checkpoints(lab: Lab, runs: list[RunSpec], at: tuple[int, ...]) -> Trajectory:
    """Train runs with checkpoints that can be forked; everything else is recorded as ever."""
    chosen = setting(lab.scale)
    recording = Recording(Every(chosen.every), At(at), chosen.sequences, MEASURES, optimizer_state=True)
    return lab.train(runs, recording, "lookup: parents of forks")


def forked(lab: Lab) -> Parents:
    """Train the parents of forks."""
    population = one_head(lab)
    which = parents(population)
    times = [float(population.ends["time"].values[i]) for i in which]
    at = [fork_steps(population.chosen, time) for time in times]
    runs = [main_runs(population.chosen)[i] for i in which]
    every = tuple(sorted({step for steps in at for step in steps}))
    return Parents(population, which, at, times, with_checkpoints(lab, runs, every))


def fates(lab: Lab, found: Parents) -> list[Fates]:
    """Fork every parent at all of its steps, all forks of a parent as one population."""
    chosen = found.population.chosen
    results = []
    for run, at in zip(found.trajectory.runs, found.at, strict=True):
        lab.trained += sum(chosen.forks * (chosen.fork_end - step) for step in at)
        results.append(
            fate(
                lab.path,
                run,
                at,
                chosen.forks,
                steps=chosen.fork_end,
                outcome=converged,
                command=lab.command,
                listener=lab.listener,
            )
        )
    return results


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


def commitment(one: Fates) -> Commitment:
    """Fit P(t), once as any rising curve, once as a logistic one."""
    steps, forks, wins = one.counts()
    curve = isotonic_fate(steps, forks, wins)
    levels = tuple(isotonic_commitment(curve, p) for p in (0.5, 0.95))
    fit, _ = attempt(fit_commitment, steps, forks, wins)
    if fit is None:
        return Commitment(curve, (levels[0], levels[1]), None, float("nan"))
    logistic = (commitment_step(fit, 0.5), commitment_step(fit, 0.95))
    return Commitment(curve, (levels[0], levels[1]), logistic, fit.deviance / max(1, len(steps) - 2))


def forks_cost(scale: str) -> int:
    """Return at most how many run-steps parents and their forks ask for, the runs from scratch counted too."""
    chosen = setting(scale)
    each = chosen.fork_steps * chosen.forks * chosen.fork_end
    return from_scratch_cost(scale) + chosen.models * (chosen.steps + each)
