"""Thesis figures 5.6b and c: the second half hardly changes while strategies do; they are decided in the first half."""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl.lab import FIRST_HALF, SECOND_HALF, load_many
from dynamicl.store import Trajectory
from dynamicl.studies._curves import CHANCE, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import closest

from ._networks import accuracies, exchanged
from ._populations import experiment
from ._settings import Setting

KINDS = ("icl", "ciwl", "flip")
EMERGED = 0.1
"""Share of icl's rise from which on the initial flat portion is over."""
FROZEN = ("up", "peak", "down")
"""When the first half is frozen: as flip passes one half, at its height, as it passes one half again."""
SAME = Threshold(
    "accuracy with the second half of the end minus the checkpoint's own, mean size, worst evaluator",
    "<",
    0.05,
)
STILL = Threshold("range of accuracies with a frozen first half, worst evaluator and moment", "<", 0.05)
MOVES = Threshold(
    "range of the checkpoints' own accuracies from there, best evaluator, least over moments", ">", 0.2
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Exchange halves between the checkpoints of the first main run, and of the same run prolonged.

    The moments of flip are too near one another for the checkpoints of the prolonged run; those of the main run are
    denser. Both are the same networks as long as the main run goes on.

    Returns:
        By evaluator `kind` and `sequences`: `own`; `late_second`, with the second half of the end; `early_first`
        (frozen, kind, sequences), with the first half of a moment, NaN before it. `emerged`: sequences until the flat
        portion is over; `moment` (frozen), NaN where it never comes.
    """
    main, whole = trajectories["main"], trajectories["whole"]
    dense = {step: 0 for step in main.checkpoints}
    kept = dict(sorted((dict.fromkeys(whole.checkpoints, 1) | dense).items()))
    steps = np.array(list(kept))
    both = Trajectory([main.members[0], whole.members[0]])
    loaded = load_many(both, [(run, step) for step, run in kept.items()])
    seen = curves(whole, scale, init=scale.inits).isel(init=[0])
    times = steps * scale.world.batch
    places = _moments(seen, times)
    every, last = list(range(len(steps))), len(steps) - 1
    own = _scores(loaded, scale)
    late = _scores(exchanged(loaded, every, [last] * len(every), SECOND_HALF), scale)
    early = np.full((len(FROZEN), *own.shape), np.nan)
    for i, place in places.items():
        after = every[place:]
        early[i, :, place:] = _scores(exchanged(loaded, after, [place] * len(after), FIRST_HALF), scale)
    dims = ("kind", "sequences")
    return xr.Dataset(
        {
            "own": (dims, own),
            "late_second": (dims, late),
            "early_first": (("frozen", *dims), early),
            "moment": ("frozen", [times[places[i]] if i in places else np.nan for i in range(len(FROZEN))]),
            "emerged": ((), _emerged(seen)),
        },
        {"kind": list(KINDS), "sequences": times, "frozen": list(FROZEN)},
    )


def _scores(loaded: object, scale: Setting) -> np.ndarray:
    return np.stack([accuracies(loaded, kind, scale.sample, [()])[:, 0] for kind in KINDS])  # type: ignore[arg-type]


def _moments(data: xr.Dataset, sequences: np.ndarray) -> dict[int, int]:
    """Return the checkpoint nearest to each moment that comes, by its place in `FROZEN`."""
    (run,) = passages(data)
    moments = enumerate((run.up, run.peak_time, run.down))
    return {i: closest(sequences[:-1], moment) for i, moment in moments if np.isfinite(moment)}


def _emerged(data: xr.Dataset) -> float:
    """Return the sequences until icl has made a tenth of its rise."""
    (run,) = passages(data)
    icl, level = data["icl"].values[0], CHANCE + EMERGED * (run.ability.fading.peak - CHANCE)
    above = np.flatnonzero(icl > level)
    return float(data["sequences"].values[above[0]]) if above.size else 0.0


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The end's second half does for every checkpoint; a frozen first half freezes the strategy.

    Where a moment never comes, or two are one checkpoint, those that there are may refute the last two parts and cannot
    confirm them.
    """
    after = data["sequences"] >= float(data["emerged"])
    own = data["own"].transpose("kind", "sequences")
    apart = abs(data["late_second"] - own).where(after, drop=True).mean("sequences")
    frozen = data["early_first"]
    still = frozen.max("sequences") - frozen.min("sequences")
    later = own.where(data["sequences"] >= data["moment"])
    moves = (later.max("sequences") - later.min("sequences")).max("kind")
    distinct = np.unique(data["moment"].values[np.isfinite(data["moment"].values)]).size
    missing = "" if distinct == len(FROZEN) else f"{distinct} moments of {len(FROZEN)} are told apart"
    frozen_parts = STILL.part(float(still.max()), 1), MOVES.part(float(moves.min()), 1)
    return (
        SAME.part(float(apart.max()), 1),
        *(dataclasses.replace(part, undecided=missing) if part.holds else part for part in frozen_parts),
    )


def note(data: xr.Dataset) -> str:
    """Tell how far single checkpoints are from themselves with the second half of the end."""
    after = data["sequences"] >= float(data["emerged"])
    apart = abs(data["late_second"] - data["own"]).where(after).max("sequences")
    worst = ", ".join(f"{kind} {float(apart.sel(kind=kind)):.3f}" for kind in KINDS)
    return f"the checkpoint that differs most with the second half of the end: {worst}"


LAYERS = experiment(
    "coopetition.layers",
    ["main", "whole"],
    measure=measure,
    judge=judge,
    criterion=(SAME, STILL, MOVES),
    note=note,
)
