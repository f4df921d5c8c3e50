"""Figure 4.6a: three vectors learnt through a tensor product; each one clamped takes an interaction away."""

import jax
import numpy as np
import xarray as xr

from dynamicl.statistics import Transition, find_transition, fit_exponential, jeffreys
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.toys import descend_population

from ._curves import WAITS, ratio
from ._judge import judge, words

CLAIM = "induction.toy"
STEPS = 1000
CLAMPS: dict[str, tuple[str, ...]] = {"none": (), "c": ("c",), "b, c": ("b", "c")}
DRAWS = {"smoke": 8, "demo": 20, "laptop": 40, "paper": 200}
ABOVE_FLOOR = 1e-6
"""Losses below this share of their start are rounding."""


def toy(lab: Lab) -> Outcome:
    """Train populations of toys with no vector, one and two clamped.

    Every draw of truths and start is trained in all three ways by gradient descent at rate 1 for 1,000 steps. The
    claim is held to have reproduced where most draws show a plateau and a drop with nothing clamped; most
    still show a phase change with one clamped, which is a reverse S as in `induction.clamps`: the loss waits before it
    falls, as no exponential does (both shares above one half with their intervals); under 10 % do with two, whose log
    loss is a straight line (r squared above 0.99 in the median draw); and the time until the loss has halved is
    shorter with one clamped than with none (interval of the ratio below 1).
    """
    draws = DRAWS[lab.scale]
    keys = jax.random.split(jax.random.key(1), draws)
    losses = {
        name: np.asarray(descend_population(keys, clamps=held, steps=STEPS).loss)
        for name, held in CLAMPS.items()
    }
    found = {name: [_transition(curve) for curve in curves] for name, curves in losses.items()}
    plateaus, waits = (
        {name: jeffreys(sum(map(test, ones)), draws) for name, ones in found.items()}
        for test in (lambda one: one.found, lambda one: one.p_value <= WAITS)
    )
    straight = {
        name: float(np.median([_straight(curve) for curve in curves])) for name, curves in losses.items()
    }
    halved = {name: np.array([_halving(curve) for curve in curves]) for name, curves in losses.items()}
    faster = ratio(halved["c"], halved["none"])
    parts = {
        "nothing clamped: plateau, then drop": plateaus["none"].low > 0.5,
        "one clamped: still a drop": waits["c"].low > 0.5,
        "one clamped: faster": faster.high < 1,
        "two clamped: exponential": waits["b, c"].value < 0.1 and straight["b, c"] > 0.99,
    }
    told = ", ".join(
        f"{name}: {round(draws * waits[name].value)} ({round(draws * plateaus[name].value)}) of {draws} draws, r "
        f"squared {straight[name]:.4f}"
        for name in CLAMPS
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"phase changes (with a plateau) and exponential fit by what is clamped: {told}; time to half the loss over "
        f"that without clamps: with c {words(faster)}; with b, c {words(ratio(halved['b, c'], halved['none']))}",
        waits["c"],
        draws,
        trained=False,
    )
    names = list(CLAMPS)
    shown = min(draws, 8)
    few = {"clamp": names, "step": np.arange(0, STEPS + 1, 5), "draw": list(range(shown))}
    kept = np.stack([np.asarray(losses[name])[:shown, ::5] for name in names])
    return Outcome((verdict,), xr.Dataset({"loss": (("clamp", "draw", "step"), kept)}, few))


def _transition(curve: np.ndarray) -> Transition:
    return find_transition(np.arange(len(curve)), curve, direction="falling", resamples=2)


def _straight(curve: np.ndarray) -> float:
    below = curve < ABOVE_FLOOR * curve[0]
    end = int(np.argmax(below)) if below.any() else len(curve)
    return fit_exponential(np.arange(max(end, 3)), np.maximum(curve[: max(end, 3)], 1e-30)).r_squared


def _halving(curve: np.ndarray) -> float:
    """Steps until the loss is half of its start; the whole length where it never is."""
    below = curve < 0.5 * curve[0]
    return float(np.argmax(below)) if below.any() else float(len(curve))


TOY = Experiment(CLAIM, toy)
