"""Figure 13: does P vary between neighbouring steps?"""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl.lab import fork, seeds_of_forks
from dynamicl.statistics import FateCurve, Interval, dispersion_test, isotonic_commitment, jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._forks import Parents, commitment, fates, forked, forks_cost, with_checkpoints
from ._judge import attempt, judge
from ._populations import Population, ends
from ._settings import setting

CLAIM = "lookup.r4.local"
SETTLED = 0.95
"""Where P is at least this, or at most what is left of 1, too few forks end the other way for P to be seen to vary."""
ABOUT = 0.7
"""Forks are made where the rising fit passes this; the report's P is about 0.8."""


def local(lab: Lab) -> Outcome:
    """Fork the first model at consecutive steps where P is between one half and one, and test for excess variance.

    The report shows that estimates of P from a few forks each scatter between neighbouring steps; so do repeated
    tosses of one coin. The claim is therefore held to have reproduced where Tarone's test finds more scatter than one
    common P explains (simulated p < 0.05). It cannot be tested where P is above 0.95 or below 0.05.
    """
    population, steps, forks = neighbours(lab)
    wins = population.ends["converged"].values.reshape(len(steps), forks).sum(axis=1)
    total = np.full(len(steps), forks)
    test, why = attempt(dispersion_test, total, wins)
    share = jeffreys(int(wins.sum()), int(total.sum()))
    scatter, tossed = (
        float(np.std(wins / forks, ddof=1)),
        float(np.sqrt(share.value * (1 - share.value) / forks)),
    )
    told = (
        f"P between {min(wins) / forks:.2f} and {max(wins) / forks:.2f} at steps {steps[0]} to {steps[-1]} ({forks} "
        f"forks each, together {share.value:.2f}); standard deviation {scatter:.3f}, by tossing coins {tossed:.3f}"
    )
    told += f"; Tarone's p {test.p_value:.2g}, excess {test.deviation:.3f}" if test else f"; {why}"
    verdict = judge(
        lab,
        CLAIM,
        {"P varies more than tosses of one coin": test is not None and test.p_value < 0.05},
        told,
        share,
        int(total.sum()),
        cost,
        "the interval is of P over all these forks; its scatter alone, as the report shows it, "
        "would be called reproduced",
        untestable=why or _settled(share),
    )
    each = [jeffreys(int(k), forks) for k in wins]
    kept = xr.Dataset(
        {
            "probability": ("at", [e.value for e in each]),
            "low": ("at", [e.low for e in each]),
            "high": ("at", [e.high for e in each]),
            "converged": ("at", wins),
        },
        {"at": steps},
        {"together": share.value, "scatter": scatter, "tossed": tossed, "forks": forks},
    )
    return Outcome((verdict,), kept, population.trajectory.runs)


def _settled(share: Interval) -> str:
    settled = not 1 - SETTLED < share.value < SETTLED
    return (
        f"P is {share.value:.2f} at these steps, where hardly any fork ends the other way" if settled else ""
    )


def neighbours(lab: Lab) -> tuple[Population, list[int], int]:
    """Fork the first model at consecutive steps, everything recorded; the forks, their steps, and forks a step."""
    chosen = setting(lab.scale)
    found = forked(lab)
    first = turning_step(lab, found)
    steps = [first + i for i in range(chosen.neighbours)]
    parent = found.spec(0)
    short = dataclasses.replace(parent, steps=steps[-1] + 1)
    run = with_checkpoints(lab, [short], tuple(steps)).runs[0]
    specs = [
        fork(short, run, step, seed, chosen.fork_end)
        for step in steps
        for seed in seeds_of_forks(parent, step, chosen.neighbour_forks)
    ]
    trajectory = lab.train(specs, chosen.recording(), "lookup: forks at neighbouring steps")
    return Population(chosen, trajectory, ends(trajectory, chosen.plateau)), steps, chosen.neighbour_forks


def turning_step(lab: Lab, found: Parents) -> int:
    """Return the step about which the first model's forks are placed: see `nearest_step`."""
    return nearest_step(commitment(fates(lab, found)[0]).curve)


def nearest_step(curve: FateCurve) -> int:
    """Return the step at which a rising P(t) passes 0.7.

    Where it is above from the start, or never gets there, it is the fork's step after 0 whose P is nearest: at step 0
    itself nothing was trained, and where P is 0 or 1 nothing can vary.
    """
    step = isotonic_commitment(curve, ABOUT).value
    if np.isfinite(step) and step > curve.steps[0]:
        return round(step)
    return int(curve.steps[1:][np.abs(curve.probability[1:] - ABOUT).argmin()])


def cost(scale: str) -> int:
    """Return at most how many run-steps these forks and those that place them ask for."""
    chosen = setting(scale)
    return forks_cost(scale) + chosen.neighbours * chosen.neighbour_forks * chosen.fork_end


LOCAL = Experiment(CLAIM, local, cost)
