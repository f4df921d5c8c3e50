"""Pulses: a clamp for a while, in runs at twice the scale's rate with only the strongest head in layer 2.

Pulses start and last for shares of each seed's own unclamped learning time T, so that seeds are compared at equal
moments.
"""

import dataclasses
import itertools
from typing import NamedTuple

import numpy as np

from dynamicl.clamps import Clamp, copy, match, previous_token_attend
from dynamicl.training import RunSpec

from ._networks import Networks
from ._runs import one_head_runs
from ._settings import Setting

HASTE = 2.0
"""Rate over the scale's: many runs are needed, and a plateau at twice the rate takes half the steps."""
LENGTH = 1.2e6
STARTS = (0.0, 0.2, 0.4, 0.6)
LENGTHS = (0.1, 0.2, 0.4)
CELLS = tuple((start, length) for length in LENGTHS for start in STARTS if start + length <= 0.8 + 1e-9)
"""Pulses end at 0.8 T at the latest: one that ended at T could not be seen to save anything."""
WATCHED = 1.4
"""Runs go on to this multiple of T; a pulse that delays the transition further is censored there."""
PULSED = ("step 1", "match", "copy")


class Pulse(NamedTuple):
    """A clamp for a while.

    Attributes:
        clamp: its name.
        start: share of T at which it begins.
        length: share of T that it lasts.
        seed: place of its seed in the setting.
        window: first step and the step after its last.
    """

    clamp: str
    start: float
    length: float
    seed: int
    window: tuple[int, int]


def hurried(setting: Setting) -> Setting:
    """Return the setting at a higher rate."""
    return dataclasses.replace(setting, learning_rate=HASTE * setting.learning_rate)


def pulses(setting: Setting, times: np.ndarray) -> list[Pulse]:
    """List all pulses: clamps outermost, then cells of the grid, then seeds.

    Args:
        setting: the hurried one.
        times: T of each seed, published sequences.
    """
    listed = []
    for clamp, (start, length), (i, time) in itertools.product(PULSED, CELLS, enumerate(times)):
        begin = setting.steps(start * time) if start else 0
        end = setting.steps((start + length) * time)
        listed.append(Pulse(clamp, start, length, i, (begin, max(end, begin + 1))))
    return listed


def pulse_run(setting: Setting, networks: Networks, pulse: Pulse, time: float) -> RunSpec:
    """Describe the run of one pulse; it goes on to `WATCHED` times T."""
    clamps: tuple[Clamp, ...] = {
        "step 1": previous_token_attend([networks.previous_token_head[pulse.seed]]),
        "match": match(networks.strongest[pulse.seed]),
        "copy": copy(networks.strongest[pulse.seed]),
    }[pulse.clamp]
    inside = tuple(dataclasses.replace(clamp, windows=(pulse.window,)) for clamp in clamps)
    by_seed = [inside if i == pulse.seed else () for i in range(len(setting.seeds))]
    return one_head_runs(setting, networks, WATCHED * time / setting.share, by_seed)[pulse.seed]
