"""Figure 4.6a: three vectors learnt through a tensor product; each one clamped takes an interaction away."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from dynamicl.statistics import Transition, find_transition, fit_exponential, plateau_index
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, median, ratio, share, words
from dynamicl.toys import ProductRun, descend_population

from ._curves import WAITS
from ._populations import experiment
from ._settings import Setting

STEPS = 1000
INDEX_STEPS = 4000
"""Steps of the plateau index: by then nearly all draws have learnt."""
CLAMPS: dict[str, tuple[str, ...]] = {"none": (), "c": ("c",), "b, c": ("b", "c")}
SHOWN = 8
"""Draws whose loss is kept for the figure, at every fifth step."""
APART = 5
ABOVE_FLOOR = 1e-6
"""Losses below this share of their start are rounding."""
PLATEAU = Threshold("share of draws with plateau and drop, nothing clamped", "low >", 0.5)
STILL = Threshold("share of draws whose loss waits and falls, one vector clamped", "low >", 0.5)
FASTER = Threshold("time to half the loss with one vector clamped over that with none", "high <", 1.0)
SMOOTH = Threshold("share of draws whose loss waits, two vectors clamped", "<", 0.1)
STRAIGHT = Threshold("r squared of the log loss, two vectors clamped, median draw", ">", 0.99)
INDEX_FREE = Threshold("plateau index with nothing clamped less that with one vector, mean", "low >", 0.0)
INDEX_ONE = Threshold("plateau index with one vector clamped less that with two, mean", "low >", 0.0)
INDEX_TWO = Threshold("plateau index with two vectors clamped, mean", "<", 0.1)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train every draw of truths and start with no vector, one and two clamped: gradient descent at rate 1.

    Returns:
        By clamp and draw: `plateau` (plateau and drop in the sense of `find_transition`), `waits` (its first criterion,
        the thesis' "reverse S"), `straightness` (r squared of the log loss), `halving` (steps until the loss has
        halved) and `index` (plateau index of 4,000 steps); `loss` (clamp, shown, step) of the first draws.
    """
    keys = jax.random.split(jax.random.key(1), scale.toys)
    losses = np.stack(
        [np.asarray(descend_population(keys, clamps=held, steps=STEPS).loss) for held in CLAMPS.values()]
    )
    curves = losses.reshape(-1, losses.shape[-1])
    drops = [_transition(curve) for curve in curves]
    tables: dict[str, list] = {
        "plateau": [drop.found for drop in drops],
        "waits": [drop.p_value <= WAITS for drop in drops],
        "straightness": [straightness(curve) for curve in curves],
        "halving": [halving(curve) for curve in curves],
    }
    tables["index"] = [plateau_indices(longer.loss, longer) for longer in _longer(keys)]
    shown = range(min(scale.toys, SHOWN))
    return xr.Dataset(
        {name: (("clamp", "draw"), np.reshape(table, losses.shape[:2])) for name, table in tables.items()}
        | {"loss": (("clamp", "shown", "step"), losses[:, : len(shown), ::APART])},
        {"clamp": list(CLAMPS), "step": np.arange(0, STEPS + 1, APART), "shown": list(shown)},
    )


def _longer(keys: jax.Array) -> list[ProductRun]:
    return [descend_population(keys, clamps=held, steps=INDEX_STEPS) for held in CLAMPS.values()]


def plateau_indices(curves: ArrayLike, run: ProductRun) -> np.ndarray:
    """Return the plateau index of curves (draw, step), from where the loss comes down to that of nothing learnt.

    NaN where it does not, or where a curve does not drop.
    """
    nothing = jax.tree.map(jnp.zeros_like, run.end)
    learnt_nothing = np.asarray(run.system.loss(nothing))[:, None]
    below = np.asarray(run.loss) <= learnt_nothing
    starts = np.where(below.any(axis=1), below.argmax(axis=1), -1)
    steps = np.asarray(run.time)
    indices = [
        plateau_index(steps, curve, 0.0, start=steps[start], resamples=2).value if start >= 0 else np.nan
        for curve, start in zip(np.asarray(curves), starts, strict=True)
    ]
    return np.array(indices)


def _transition(curve: np.ndarray) -> Transition:
    return find_transition(np.arange(len(curve)), curve, direction="falling", resamples=2)


def straightness(curve: np.ndarray) -> float:
    """Return the share of the log loss' variance that an exponential explains, down to its floor."""
    below = curve < ABOVE_FLOOR * curve[0]
    end = max(int(np.argmax(below)) if below.any() else len(curve), 3)
    return fit_exponential(np.arange(end), np.maximum(curve[:end], 1e-30)).r_squared


def halving(curve: np.ndarray) -> float:
    """Return the steps until the loss is half of its start; the whole length where it never is."""
    below = curve < 0.5 * curve[0]
    return float(np.argmax(below)) if below.any() else float(len(curve))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Plateau and drop with nothing clamped, sooner with one vector clamped, an exponential with two."""
    draws = data.sizes["draw"]
    free, one, two = (data.sel(clamp=name) for name in CLAMPS)
    return (
        PLATEAU.part(share(free["plateau"]), draws),
        STILL.part(share(one["waits"]), draws),
        FASTER.part(ratio(one["halving"].values, free["halving"].values), draws),
        SMOOTH.part(share(two["waits"]), draws),
        STRAIGHT.part(median(two["straightness"]), draws),
        *_index_parts(data),
    )


def _index_parts(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the means of the draws that have an index with every clamp; one that is not learnt in time has none."""
    table = data["index"].transpose("clamp", "draw").values
    free, one, two = table[:, np.isfinite(table).all(axis=0)]
    return (
        INDEX_FREE.part(mean(free - one), free.size),
        INDEX_ONE.part(mean(one - two), free.size),
        INDEX_TWO.sure_part(mean(two), free.size),
    )


def note(data: xr.Dataset) -> str:
    """Count waits and plateaus, and say how fast the loss falls with two vectors clamped."""
    counts = {
        name: (int(data["waits"].sel(clamp=name).sum()), int(data["plateau"].sel(clamp=name).sum()))
        for name in CLAMPS
    }
    told = ", ".join(f"{name} {waits} ({plateaus})" for name, (waits, plateaus) in counts.items())
    halved = ratio(data["halving"].sel(clamp="b, c").values, data["halving"].sel(clamp="none").values)
    return (
        f"losses that wait (that have a plateau), of {data.sizes['draw']} draws, by what is clamped: {told}; time to "
        f"half the loss with two clamped over that with none {words(halved)}"
    )


TOY = experiment(
    "induction.toy",
    measure=measure,
    judge=judge,
    criterion=(PLATEAU, STILL, FASTER, SMOOTH, STRAIGHT, INDEX_FREE, INDEX_ONE, INDEX_TWO),
    note=note,
)
