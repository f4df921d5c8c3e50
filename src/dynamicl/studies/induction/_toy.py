"""Figure 4.6a: three vectors learnt through a tensor product; each one clamped takes an interaction away."""

import jax
import numpy as np
import xarray as xr

from dynamicl.measures import Criterion, Transition, find_transition, fit_exponential, jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.toys import descend_population

from ._curves import ratio
from ._judge import judge, words

CLAIM = "induction.toy"
STEPS = 1000
CLAMPS: dict[str, tuple[str, ...]] = {"none": (), "c": ("c",), "b, c": ("b", "c")}
DRAWS = {"smoke": 8, "demo": 20, "laptop": 40, "paper": 200}
ABOVE_FLOOR = 1e-6
"""Losses below this share of their start are rounding."""
WAITS = Criterion().significance
"""The first criterion of a transition: the loss lies above its convex hull by more than noise explains."""


def toy(lab: Lab) -> Outcome:
    """Train populations of toys with no vector, one and two clamped.

    Every draw of truths and start is trained in all three ways by gradient descent at rate 1 for 1,000 steps. The
    claim is held to have reproduced where most draws show a transition with nothing clamped and with one clamped;
    none or few (under 10 %) with two, whose log loss is a straight line (r squared above 0.99 in the median
    draw); and the time until the loss has halved is shorter with one clamped than with none (interval of the
    ratio below 1).
    """
    draws = DRAWS[lab.scale]
    keys = jax.random.split(jax.random.key(1), draws)
    losses = {
        name: np.asarray(descend_population(keys, clamps=held, steps=STEPS).loss)
        for name, held in CLAMPS.items()
    }
    found = {name: [_transition(curve) for curve in curves] for name, curves in losses.items()}
    jumps = {name: sum(one.found for one in ones) for name, ones in found.items()}
    share = {name: jeffreys(count, draws) for name, count in jumps.items()}
    straight = {
        name: float(np.median([_straight(curve) for curve in curves])) for name, curves in losses.items()
    }
    halved = {name: np.array([_halving(curve) for curve in curves]) for name, curves in losses.items()}
    faster = ratio(halved["c"], halved["none"])
    parts = {
        "nothing clamped: plateau, then drop": share["none"].value > 0.5,
        "one clamped: still a drop": share["c"].value > 0.5,
        "one clamped: faster": faster.high < 1,
        "two clamped: exponential": share["b, c"].value < 0.1 and straight["b, c"] > 0.99,
    }
    waits = {name: sum(one.p_value <= WAITS for one in ones) for name, ones in found.items()}
    told = ", ".join(
        f"{name}: {jumps[name]} of {draws} draws ({waits[name]} wait), r squared {straight[name]:.4f}"
        for name in CLAMPS
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"transitions and exponential fit by what is clamped: {told}; time to half the loss over that "
        f"without clamps: with c {words(faster)}; with b, c {words(ratio(halved['b, c'], halved['none']))}",
        share["none"],
        draws,
        "a single start shows it, a population of starts less often: with one vector clamped most losses "
        "wait significantly, but fall too much meanwhile for a plateau in the sense of `find_transition`"
        if jumps["c"] <= draws / 2 < waits["c"]
        else "",
        trained=False,
    )
    names = list(CLAMPS)
    shown = min(draws, 8)
    few = {"clamp": names, "step": np.arange(0, STEPS + 1, 5), "draw": list(range(shown))}
    kept = np.stack([np.asarray(losses[name])[:shown, ::5] for name in names])
    return Outcome((verdict,), xr.Dataset({"loss": (("clamp", "draw", "step"), kept)}, few))


def _transition(curve: np.ndarray) -> Transition:
    return find_transition(np.arange(len(curve)), curve, direction="falling", resamples=20)


def _straight(curve: np.ndarray) -> float:
    below = curve < ABOVE_FLOOR * curve[0]
    end = int(np.argmax(below)) if below.any() else len(curve)
    return fit_exponential(np.arange(max(end, 3)), np.maximum(curve[: max(end, 3)], 1e-30)).r_squared


def _halving(curve: np.ndarray) -> float:
    """Steps until the loss is half of its start; the whole length where it never is."""
    below = curve < 0.5 * curve[0]
    return float(np.argmax(below)) if below.any() else float(len(curve))


TOY = Experiment(CLAIM, toy)
