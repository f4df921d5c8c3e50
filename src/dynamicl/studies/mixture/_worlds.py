"""Our own: one task, two worlds. Which single change makes learning in context fade?

Reddy writes that it is not transient in his simulations, the thesis that it always is. Both worlds are run on the items
of a Gaussian mixture, and between them each difference alone.
"""

import numpy as np
import xarray as xr

from dynamicl.statistics import END_SHARE, SMOOTHING, Interval, running_median
from dynamicl.studies._curves import CHANCE
from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, mean, words

from ._worlds_runs import EVALUATORS, REDDY, SWITCHES, THESIS, WORLDS, Sizes, populations, sizes

FADED = 0.1
"""Peak less end from which on icl fades: the margin of all studies (`FADE_MARGIN`). It lies far enough from 0 that the
largest of seven changes does not pass it, interval and all, for being the largest."""
HIGH = CHANCE + FADED
"""Smoothed icl that a run must pass to have learnt in context: a lower peak could not lose the margin."""
STAYS = Threshold("peak minus end of icl in Reddy's world, mean over seeds", "high <", FADED)
FADES = Threshold("peak minus end of icl in the thesis' network, mean over seeds", "low >", FADED)
ALONE = Threshold(
    "peak minus end of icl with one change of Reddy's world, mean over seeds, largest lower end over changes",
    "low >",
    FADED,
)
NO_ICL = "icl does not come in every run"
NONE = "icl comes under no change in every run"


def measure(lab: Lab, size: Sizes, trajectories: Trajectories) -> xr.Dataset:
    """Follow icl, ciwl, flip and iwl in every world.

    Returns:
        `icl`, `ciwl`, `flip` (restricted to the context's labels) and `iwl` (world, seed, step).
    """
    worlds = [_curves(trajectories[world].dataset) for world in WORLDS]
    return xr.concat(worlds, xr.Variable("world", list(WORLDS)))


def _curves(data: xr.Dataset) -> xr.Dataset:
    curves = {}
    for name in EVALUATORS:
        score = "accuracy" if name == "iwl" else "accuracy_in_context"
        table = data[score].sel(evaluator=name).transpose("run", "step")
        curves[name] = (("seed", "step"), table.values)
    return xr.Dataset(curves, {"seed": range(data.sizes["run"]), "step": data["step"].values})


def lost(data: xr.Dataset, world: str) -> np.ndarray:
    """Return peak minus end of each run's icl; NaN where it never came.

    The peak is that of a running median; the end is the mean of the last twentieth of training.
    """
    curves, peaks = _icl(data, world)
    steps = data["step"].values
    ends = curves[:, steps >= (1 - END_SHARE) * steps[-1]].mean(axis=-1)
    return np.where(peaks > HIGH, peaks - ends, np.nan)


def _icl(data: xr.Dataset, world: str) -> tuple[np.ndarray, np.ndarray]:
    """Return icl of each run, shape (seed, step), and the peaks of its running median."""
    curves = data["icl"].sel(world=world).transpose("seed", "step").values
    return curves, running_median(curves, SMOOTHING).max(axis=-1)


def losses(data: xr.Dataset) -> dict[str, Interval]:
    """Estimate what is lost of icl in each world: mean over seeds; unknown where it did not come in all of them."""
    return {world: mean(lost(data, world)) for world in WORLDS}


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Icl stays in Reddy's world and fades in the thesis', and one change alone makes it fade."""
    known, seeds = losses(data), data.sizes["seed"]
    unknown = [switch for switch in SWITCHES if not np.isfinite(known[switch].value)]
    single = [known[switch] for switch in SWITCHES if switch not in unknown]
    largest = max(single, key=lambda loss: loss.low, default=UNKNOWN)
    return (
        STAYS.part(known[REDDY], seeds, _without(known[REDDY])),
        FADES.part(known[THESIS], seeds, _without(known[THESIS])),
        ALONE.part(largest, seeds, _unless_known(largest, unknown) if single else NONE),
    )


def _unless_known(largest: Interval, unknown: list[str]) -> str:
    """Say which changes could still be the one, where none of the others is."""
    if not unknown or largest.low > FADED:
        return ""
    return f"icl does not come with {', '.join(unknown)}, so that nothing can fade"


def _without(loss: Interval) -> str:
    return "" if np.isfinite(loss.value) else NO_ICL


def note(data: xr.Dataset) -> str:
    """Give what is lost in each world, and which strategy rules at the end."""
    flips = data["flip"].isel(step=-1).mean("seed")
    pieces = []
    for world, loss in losses(data).items():
        text = words(loss) if np.isfinite(loss.value) else _reached(data, world)
        pieces.append(f"{world} {text}, flip {float(flips.sel(world=world)):.2f} at the end")
    return f"peak minus end of icl: {'; '.join(pieces)}"


def _reached(data: xr.Dataset, world: str) -> str:
    """Say how far icl came where it did not come in every run."""
    _, peaks = _icl(data, world)
    return f"unknown (icl peaks at {peaks.mean():.2f}, chance {CHANCE:g})"


TWO_WORLDS = Experiment(
    "mixture.worlds",
    setting=sizes,
    populations=populations,
    measure=measure,
    judge=judge,
    criterion=(STAYS, FADES, ALONE),
    note=note,
    finding=(
        "on the same items in-context learning stays in Reddy's world and fades in the thesis' network, and one of the "
        "differences between the two makes it fade when it is changed alone"
    ),
)
