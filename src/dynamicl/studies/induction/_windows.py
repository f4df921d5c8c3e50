"""Our own: critical windows. On which moments of the plateau does the transition hang? A clamp in short pulses.

A clamp held throughout tells what has to be learnt; a pulse tells when. While matching is clamped only copying can be
learnt, and the other way round; with the previous-token pattern clamped on one head, the rest of the circuit learns
around it.
"""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, mean_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import words

from ._curves import LEARNT, stack_runs
from ._populations import experiment, natural_times
from ._pulses import LENGTHS, PULSED, STARTS, hurried, pulses
from ._settings import Setting

EARLY, LATE, JUDGED = 0.0, 0.6, 0.2
"""Starts of the pulses that are compared, and their length, as shares of T."""
LEVEL = 1 - 0.05 / len(PULSED)
"""Of each clamp's interval: 95 % for the three together."""
MOMENTS = Threshold(
    "distance from 0 of the interval of late minus early shift, in pulse lengths, largest of three clamps",
    ">",
    0.0,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Clamp in pulses over a grid of starts and lengths, with only the strongest head in layer 2.

    The shift of the transition is the learning time (loss without the clamp below 0.4 log 2) minus the unclamped one,
    over the pulse's length: 0 where the pulse might as well not have been, -1 where it saves the time that it takes,
    positive where it costs time.

    Returns:
        `shift`, `learning_time` and `learnt` (clamp, length, start, seed), NaN in cells that were not run; mean shifts
        with intervals; by seed `natural_learning_time` and `unclamped_loss`.
    """
    fast, times = hurried(scale), natural_times(scale, trajectories)
    curves = stack_runs(trajectories["hurried"], fast, seed=scale.seeds)
    loss = trajectories["pulses"].dataset["loss"].sel(evaluator="train").transpose("run", "step")
    shape = (len(PULSED), len(LENGTHS), len(STARTS), len(times))
    tables = {name: np.full(shape, np.nan) for name in ("shift", "learning_time", "learnt")}
    for pulse, row in zip(pulses(fast, times), loss.values, strict=True):
        step, observed = learning_step(loss["step"].values, row, pulse.window)
        place = (
            PULSED.index(pulse.clamp),
            LENGTHS.index(pulse.length),
            STARTS.index(pulse.start),
            pulse.seed,
        )
        later = fast.published(step) - times[pulse.seed]
        tables["learning_time"][place], tables["learnt"][place] = fast.published(step), observed
        tables["shift"][place] = later / (pulse.length * times[pulse.seed])
    dims = ("clamp", "length", "start", "seed")
    data = xr.Dataset(
        {name: (dims, table) for name, table in tables.items()}
        | {
            "natural_learning_time": ("seed", times),
            "unclamped_loss": (("seed", "sequences"), curves["loss"].values),
        },
        {
            "clamp": list(PULSED),
            "length": list(LENGTHS),
            "start": list(STARTS),
            "seed": list(scale.seeds),
            "sequences": curves["sequences"].values,
        },
    )
    return data.merge(_means(data["shift"]))


def learning_step(steps: np.ndarray, loss: np.ndarray, window: tuple[int, int]) -> tuple[float, bool]:
    """Return the step at which the loss without the clamp is below the level, and whether it was seen to be.

    Evaluations inside the window are under the clamp and do not count. Where the first one after it is already below,
    the network may have been ready before; the window's end is then the time.
    """
    fine = np.isfinite(loss) & ~((steps >= window[0]) & (steps < window[1]))
    x, y = steps[fine], loss[fine]
    below = np.flatnonzero(y < LEARNT)
    if not len(below):
        return float(x[-1]), False
    k = int(below[0])
    if k == 0:
        return float(x[0]), True
    if x[k] >= window[1] > x[k - 1]:
        return float(window[1]), True
    share = (LEARNT - y[k - 1]) / (y[k] - y[k - 1])
    return float(x[k - 1] + share * (x[k] - x[k - 1])), True


def _means(shift: xr.DataArray) -> xr.Dataset:
    """Return the mean shift over seeds with its interval; NaN in cells that were not run."""
    dims = shift.dims[:-1]
    ends = np.full((3, *shift.shape[:-1]), np.nan)
    for place in np.ndindex(shift.shape[:-1]):
        if np.isfinite(shift.values[place]).all():
            ends[(slice(None), *place)] = mean_interval(shift.values[place])
    names = ("mean_shift", "mean_shift_low", "mean_shift_high")
    return xr.Dataset({name: (dims, table) for name, table in zip(names, ends, strict=True)})


def difference(data: xr.Dataset, clamp: str) -> Interval:
    """Estimate late minus early shift of pulses of the judged length, paired over seeds.

    A pulse cannot save more than what is left after it, and late ones have less left: early shifts are cut to what late
    ones could save.
    """
    row = data["shift"].sel(clamp=clamp, length=JUDGED)
    most_saved = -(1 - LATE - JUDGED) / JUDGED
    early = np.maximum(row.sel(start=EARLY).values, most_saved)
    return mean_interval(row.sel(start=LATE).values - early, level=LEVEL)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """For at least one of the three clamps, a late pulse shifts the transition otherwise than an early one.

    Why is told by the time from a pulse's end to the transition: where it is the same for all, a pulse does the same
    work at any moment.
    """
    apart = [difference(data, clamp) for clamp in PULSED]
    clearance = max(max(one.low, -one.high) for one in apart)
    return (MOMENTS.part(clearance, data.sizes["seed"]),)


def note(data: xr.Dataset) -> str:
    """Give every clamp's shifts, their difference, and the time from the pulses' ends to the transition."""
    told = "; ".join(_told(data, clamp) for clamp in PULSED)
    censored = int((data["learnt"].values == 0).sum())
    return (
        f"unclamped learning time T {float(data['natural_learning_time'].mean()):,.0f} published sequences; shift over "
        f"pulse length, pulses of {JUDGED} T: {told}; {censored} runs censored"
    )


def _told(data: xr.Dataset, clamp: str) -> str:
    row = data["shift"].sel(clamp=clamp, length=JUDGED).mean("seed").values
    starts = data["start"].values
    shifts = ", ".join(f"{value:+.2f} at {start} T" for start, value in zip(starts, row, strict=True))
    after_end = 1 + (row - 1) * JUDGED - starts
    left = ", ".join(f"{value:.2f}" for value in after_end)
    apart = words(difference(data, clamp), "+.2f")
    return f"{clamp}: {shifts} (late minus early {apart}), learnt {left} T after the pulse's end"


WINDOWS = experiment(
    "induction.windows",
    ["main", "hurried", "pulses"],
    measure=measure,
    judge=judge,
    criterion=(MOMENTS,),
    note=note,
    finding="the moment of a clamp matters: equal pulses at different moments of the plateau shift the transition "
    "differently",
)
