"""Our own: critical windows. On which moments of the plateau does the transition hang? A clamp in short pulses.

A clamp held throughout tells what has to be learnt; a pulse tells when. While matching is clamped only copying can be
learnt, and the other way round; with the previous-token pattern clamped on one head, the rest of the circuit learns
around it. Pulses start and last for shares of each seed's own unclamped learning time T, so that seeds are
compared at equal moments.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.clamps import Clamp, copy, match, previous_token_attend
from dynamicl.statistics import Interval, mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.training import RunSpec

from ._curves import LEARNT, learning_times, stack_runs
from ._judge import judge, words
from ._networks import Networks, main_networks, one_head_runs
from ._plateau import cost
from ._settings import Setting, setting

CLAIM = "induction.windows"
HASTE = 2.0
"""Rate over the scale's: many runs are needed, and a plateau at twice the rate takes half the steps."""
LENGTH = 1.2e6
STARTS = (0.0, 0.2, 0.4, 0.6)
LENGTHS = (0.1, 0.2, 0.4)
CELLS = tuple((start, length) for length in LENGTHS for start in STARTS if start + length <= 0.8 + 1e-9)
"""Pulses end at 0.8 T at the latest: one that ended at T could not be seen to save anything."""
WATCHED = 1.4
"""Runs go on to this multiple of T; a pulse that delays the transition further is censored there."""
EARLY, LATE, JUDGED = 0.0, 0.6, 0.2
PULSED = ("step 1", "match", "copy")
LEVEL = 1 - 0.05 / len(PULSED)


class Pulse(NamedTuple):
    """A clamp for a while: its name, start and length (shares of T), seed's place, and window in steps."""

    clamp: str
    start: float
    length: float
    i: int
    window: tuple[int, int]


def windows(lab: Lab) -> Outcome:
    """Clamp in pulses over a grid of starts and lengths, with only the strongest head in layer 2.

    The shift of the transition is the learning time (loss without the clamp below 0.4 log 2) minus the unclamped one,
    over the pulse's length: 0 where the pulse might as well not have been, -1 where it saves the time that it takes,
    positive where it costs time. A pulse cannot save more than what is left after it, and late ones have less left. The
    finding is that moments matter: it is held to show where, for at least one of the three clamps, a pulse of
    0.2 T at 0.6 T shifts the transition otherwise than one at the start of training does, or would if it could save
    no more than is left after the late one; with the interval of the paired difference over seeds clear of 0 at
    a level of 95 % for the three together. Why is told by the time from a pulse's end to the transition: where it
    is the same for all, a pulse does the same work at any moment.
    """
    networks = _hurried(main_networks(lab))
    chosen = networks.chosen
    recording = chosen.recording(dense=2)
    free = lab.train(one_head_runs(networks, LENGTH), recording, "induction: windows, unclamped")
    curves = stack_runs(free, chosen, seed=chosen.seeds)
    natural = learning_times(curves["loss"])
    times = natural["time"].values
    pulses = _pulses(chosen, times)
    trajectory = lab.train([_spec(networks, p, times[p.i]) for p in pulses], recording, "induction: windows")
    loss = trajectory.dataset["loss"].sel(evaluator="train").transpose("run", "step")
    found = [_learnt(loss["step"].values, row, p.window) for p, row in zip(pulses, loss.values, strict=True)]
    shift, after, learnt = (
        np.full((len(PULSED), len(LENGTHS), len(STARTS), len(times)), np.nan) for _ in range(3)
    )
    for pulse, (step, observed) in zip(pulses, found, strict=True):
        place = (PULSED.index(pulse.clamp), LENGTHS.index(pulse.length), STARTS.index(pulse.start), pulse.i)
        after[place], learnt[place] = chosen.published(step), observed
        shift[place] = (after[place] - times[pulse.i]) / (pulse.length * times[pulse.i])
    differences = {name: _difference(shift[k]) for k, name in enumerate(PULSED)}
    told = "; ".join(_told(name, shift[k], differences[name]) for k, name in enumerate(PULSED))
    clear = [name for name, one in differences.items() if one.low > 0 or one.high < 0]
    widest = max(differences.values(), key=lambda one: abs(one.value))
    verdict = judge(
        lab,
        CLAIM,
        {"equal pulses at different moments shift the transition differently": bool(clear)},
        f"unclamped learning time {times.mean():,.0f} published sequences; shift over pulse length, pulses "
        f"of {JUDGED} T {told}. Moments matter for: {', '.join(clear) or 'none'}; "
        f"{int((learnt == 0).sum())} of {len(pulses)} runs censored",
        widest,
        len(pulses) + len(times),
    )
    verdict = dataclasses.replace(
        verdict,
        document="dynamicl",
        figure="critical windows",
        claim="the moment of a clamp matters: equal pulses at different moments of the plateau shift the "
        "transition differently",
    )
    dims = ("clamp", "length", "start", "seed")
    data = xr.Dataset(
        {
            "shift": (dims, shift),
            "learning_time": (dims, after),
            "learnt": (dims, learnt),
            "natural_learning_time": ("seed", times),
            "unclamped_loss": (("seed", "sequences"), curves["loss"].values),
        },
        {
            "clamp": list(PULSED),
            "length": list(LENGTHS),
            "start": list(STARTS),
            "seed": list(chosen.seeds),
            "sequences": curves["sequences"].values,
        },
    )
    return Outcome((verdict,), data.merge(_means(data["shift"])), (*free.runs, *trajectory.runs))


def _hurried(networks: Networks) -> Networks:
    """The same networks with a setting of higher rate, for runs of one's own."""
    chosen = networks.chosen
    return dataclasses.replace(
        networks, chosen=dataclasses.replace(chosen, learning_rate=HASTE * chosen.learning_rate)
    )


def _pulses(chosen: Setting, times: np.ndarray) -> list[Pulse]:
    found = []
    for name in PULSED:
        for start, length in CELLS:
            for i, time in enumerate(times):
                begin, end = (chosen.steps(share * time) if share else 0 for share in (start, start + length))
                found.append(Pulse(name, start, length, i, (begin, max(end, begin + 1))))
    return found


def _spec(networks: Networks, pulse: Pulse, time: float) -> RunSpec:
    clamps: tuple[Clamp, ...] = {
        "step 1": previous_token_attend([networks.previous_token_head[pulse.i]]),
        "match": match(networks.strongest[pulse.i]),
        "copy": copy(networks.strongest[pulse.i]),
    }[pulse.clamp]
    inside = tuple(dataclasses.replace(clamp, windows=(pulse.window,)) for clamp in clamps)
    held = [inside if i == pulse.i else () for i in range(len(networks.chosen.seeds))]
    return one_head_runs(networks, WATCHED * time / networks.chosen.share, tuple(held))[pulse.i]


def _learnt(steps: np.ndarray, loss: np.ndarray, window: tuple[int, int]) -> tuple[float, bool]:
    """Step at which the loss without the clamp is below the level, and whether it was seen to be.

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
    left = max(x[k - 1], window[1]) if x[k] >= window[1] > x[k - 1] else x[k - 1]
    if left != x[k - 1]:
        return float(left), True
    share = (LEARNT - y[k - 1]) / (y[k] - y[k - 1])
    return float(x[k - 1] + share * (x[k] - x[k - 1])), True


def _difference(shift: np.ndarray) -> Interval:
    """Late minus early shift of pulses of the judged length, over seeds; early ones cut to what late ones can save."""
    row = shift[LENGTHS.index(JUDGED)]
    early = np.maximum(row[STARTS.index(EARLY)], -(1 - LATE - JUDGED) / JUDGED)
    return mean_interval(row[STARTS.index(LATE)] - early, level=LEVEL)


def _told(name: str, shift: np.ndarray, difference: Interval) -> str:
    row = shift[LENGTHS.index(JUDGED)].mean(axis=1)
    at = ", ".join(f"{value:+.2f} at {start} T" for start, value in zip(STARTS, row, strict=True))
    left = ", ".join(
        f"{1 + (value - 1) * JUDGED - start:.2f}" for start, value in zip(STARTS, row, strict=True)
    )
    return (
        f"{name}: {at} (late minus early {words(difference, '+.2f')}), learnt {left} T after the pulse's end"
    )


def _means(shift: xr.DataArray) -> xr.Dataset:
    """Mean shift over seeds with its interval; NaN in cells that were not run."""
    dims = shift.dims[:-1]
    ends = np.full((3, *shift.shape[:-1]), np.nan)
    for place in np.ndindex(shift.shape[:-1]):
        if np.isfinite(shift.values[place]).all():
            ends[(slice(None), *place)] = mean_interval(shift.values[place])
    names = ("mean_shift", "mean_shift_low", "mean_shift_high")
    return xr.Dataset({name: (dims, table) for name, table in zip(names, ends, strict=True)})


def windows_cost(scale: str) -> int:
    """Return the run-steps of the main runs, the unclamped ones, and pulses if these learn in half of their length."""
    chosen = setting(scale)
    one = len(chosen.seeds) * chosen.lasting(LENGTH / HASTE)
    return cost(scale) + one + round(len(PULSED) * len(CELLS) * one * WATCHED / 2)


WINDOWS = Experiment(CLAIM, windows, windows_cost)
