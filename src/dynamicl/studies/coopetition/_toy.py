"""Thesis figures 5.9a, D.5, D.6: two mechanisms share b and c while a and d compete; the first is transient."""

import itertools

import jax
import numpy as np
import xarray as xr

from dynamicl.specs import stacked
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share
from dynamicl.studies._toys import loss_of_nothing
from dynamicl.toys import (
    COMPETITION,
    COOPETITION_SIZES,
    MECHANISM_1,
    MECHANISM_2,
    ToyRun,
    coopetition,
    descend,
    draw_toy,
)

from ._settings import Setting, setting

STEPS, EVERY, SHOWN, STOPPED = 16_000, 10, 12, 1e-6
OFFSETS, COMPETITIONS, SIZES = (0.0, 0.05, 0.1, 0.2), (0.0, 0.05, 0.1, 0.2), (40, 80, 160, 320)
LEFT = 0.1
"""A seed has left the plateau when its loss ends below this share of that of nothing learnt."""
LEARNT, LOST, DIVOT = 0.02, 0.15, 0.004
TRANSIENT = Threshold(
    "share of seeds that leave the plateau whose M1 falls below .02 and ends above .15", ">=", 0.9
)
DIVOTS = Threshold(
    "share of seeds that leave the plateau whose M2 rises by over .004 before it falls", ">=", 0.8
)
KEPT = Threshold("mu1 = 0: share of seeds that leave the plateau whose M1 is below .02 at the end", ">=", 0.9)
ENOUGH = 1000
"""Seeds that have to leave the plateau."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train the published toy and the one with mu1 = 0 from the same draws, and a map over the constants.

    Returns:
        By `offset` (mu1 = .1 and 0) and `seed`: `left`, `updates`, `lowest` and `final` M1, `rise` (the largest of M2
        above its running minimum), `remains` (|d|^2 over its truth's at the end), `ceiling` (M1 of nothing) and
        `diverged`; `curves` (offset, term, shown, step) of the first seeds; and the `map_*` shares over (mu1, alpha)
        at dim d 160 and over dim d at the published constants.
    """
    keys = jax.random.split(jax.random.key(0), scale.seeds)
    runs = [train(keys, offset, 0.1, 160) for offset in (0.1, 0.0)]
    tables = stacked([summary(run) for run in runs])
    data = xr.Dataset(
        {name: (("offset", "seed"), table) for name, table in tables.items()}
        | {"curves": (("offset", "term", "shown", "step"), np.stack([_shown(run) for run in runs]))},
        {
            "offset": [0.1, 0.0],
            "term": ["loss", "M1", "M2", "competition"],
            "step": np.asarray(runs[0].time)[:: 100 // EVERY],
        },
    )
    return data.assign(_map(keys[: scale.map_seeds]))


def train(keys: jax.Array, offset: float, competition: float, size: int) -> ToyRun:
    """Train one toy a key by gradient descent at rate 1, for 16,000 steps or until the loss is below 1e-6."""
    toy, start = draw_toy(keys, {**COOPETITION_SIZES, "d": size}, coopetition(offset, competition))
    return descend(toy, start, steps=STEPS, every=EVERY, stop_below=STOPPED)


def summary(run: ToyRun) -> dict[str, np.ndarray]:
    """Return what became of every seed; see `measure`."""
    terms = {label: np.asarray(term) for label, term in run.system.over_time().terms(run.state).items()}
    first, second = terms[MECHANISM_1], terms[MECHANISM_2]
    nothing = loss_of_nothing(run.system)
    squares = np.asarray(run.end["d"].along ** 2 + run.end["d"].across ** 2)
    origin = jax.tree.map(lambda part: 0.0 * part, run.system.truth)
    return {
        "left": np.asarray(run.loss)[:, -1] < LEFT * nothing,
        "updates": np.asarray(run.updates),
        "lowest": first.min(axis=1),
        "final": first[:, -1],
        "rise": (second - np.minimum.accumulate(second, axis=1)).max(axis=1),
        "remains": squares / np.asarray(run.system.lengths["d"]) ** 2,
        "ceiling": np.asarray(run.system.terms(origin)[MECHANISM_1]),
        "diverged": np.asarray(run.diverged),
    }


def _shown(run: ToyRun) -> np.ndarray:
    terms = run.system.over_time().terms(run.state)
    curves = run.loss, terms[MECHANISM_1], terms[MECHANISM_2], terms[COMPETITION]
    return np.stack([np.asarray(curve)[:SHOWN, :: 100 // EVERY] for curve in curves])


def _map(keys: jax.Array) -> dict[str, xr.DataArray]:
    """Shares of seeds that leave, are transient and have a divot, over the constants."""
    cells = [_shares(train(keys, m, c, 160)) for m, c in itertools.product(OFFSETS, COMPETITIONS)]
    sizes = [_shares(train(keys, 0.1, 0.1, size)) for size in SIZES]
    outcome = ["left", "transient", "divot"]
    grid = np.array(cells).reshape(len(OFFSETS), len(COMPETITIONS), 3)
    coords = {"mu1": list(OFFSETS), "alpha": list(COMPETITIONS), "outcome": outcome}
    return {
        "map_constants": xr.DataArray(grid, coords, ("mu1", "alpha", "outcome")),
        "map_size": xr.DataArray(
            np.array(sizes), {"size": list(SIZES), "outcome": outcome}, ("size", "outcome")
        ),
    }


def _shares(run: ToyRun) -> tuple[float, float, float]:
    table = summary(run)
    left = table["left"]
    if not left.any():
        return 0.0, float("nan"), float("nan")
    passing = transient(table["lowest"], table["final"])[left]
    divots = table["rise"][left] > DIVOT
    return float(left.mean()), float(passing.mean()), float(divots.mean())


def transient(lowest: np.ndarray, final: np.ndarray) -> np.ndarray:
    """Return whether mechanism 1 was learnt and lost again."""
    return (lowest < LEARNT) & (final > LOST)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the seeds that leave the plateau; fewer than 1,000 of them decide nothing."""
    published, level = (data.sel(offset=offset) for offset in (0.1, 0.0))
    left, also = (table["left"].values.astype(bool) for table in (published, level))
    lost = transient(published["lowest"].values, published["final"].values)[left]
    n, n_level = int(left.sum()), int(also.sum())
    few, few_level = (
        "" if count >= ENOUGH else f"{count} seeds leave the plateau, {ENOUGH:,} are needed"
        for count in (n, n_level)
    )
    return (
        TRANSIENT.part(share(lost), n, few),
        DIVOTS.part(share(published["rise"].values[left] > DIVOT), n, few),
        KEPT.part(share(level["final"].values[also] < LEARNT), n_level, few_level),
    )


TOY = Experiment(
    "coopetition.toy",
    setting=setting,
    measure=measure,
    judge=judge,
    criterion=(TRANSIENT, DIVOTS, KEPT),
)
