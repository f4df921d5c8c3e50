"""How a run goes through strategies: icl, ciwl, and which of them rules where they disagree."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from dynamicl.statistics import appears, running_median

from ._abilities import Ability
from ._curves import CHANCE, KNOWN, error_of, first_beyond, late, rows

PRESENT = 0.6
"""Accuracy from which on two strategies count as present together."""
NOT_RISEN = "flip does not pass one half in every run"
ENDS = {"laptop": (0.3, 0.75), "paper": (0.1, 0.95)}
"""By how far the runs go: below what flip must end, and above what ciwl must."""


@dataclass(frozen=True, eq=False)
class Passage:
    """How a run went through the strategies; what is asked of it is computed once.

    Attributes:
        x: sequences of each evaluation.
        icl: accuracy there.
        ciwl: likewise.
        flip: likewise.
        evaluated: sequences behind an accuracy.
    """

    x: np.ndarray
    icl: np.ndarray
    ciwl: np.ndarray
    flip: np.ndarray
    evaluated: int

    @cached_property
    def ability(self) -> Ability:
        """Whether icl appears, fades, or never shows."""
        return Ability(self.x, self.icl, self.evaluated, CHANCE)

    @cached_property
    def sure(self) -> float:
        """The height that flip surely keeps for some evaluations."""
        error = error_of(self.flip, self.evaluated)
        return appears(self.x, self.flip, error, chance=CHANCE, margin=0.0).low + CHANCE

    @property
    def rose(self) -> bool:
        """Whether flip is surely above one half for some evaluations: an untrained network is there by chance."""
        return self.sure > CHANCE

    @cached_property
    def _top(self) -> int:
        return int(running_median(self.flip).argmax())

    @property
    def peak(self) -> float:
        """Height of flip, smoothed."""
        return float(running_median(self.flip)[self._top])

    @property
    def peak_time(self) -> float:
        """Sequences until then."""
        return float(self.x[self._top])

    @property
    def up(self) -> float:
        """Sequences until flip is above one half; infinity where never."""
        return first_beyond(self.x, self.flip, CHANCE)

    @property
    def down(self) -> float:
        """Sequences until flip is below one half after its peak; infinity where never."""
        return first_beyond(self.x[self._top :], -self.flip[self._top :], -CHANCE)

    @property
    def end(self) -> float:
        """Flip at the end."""
        return late(self.x, self.flip)

    @property
    def lost(self) -> float:
        """Flip at its peak minus at the end."""
        return self.peak - self.end

    @property
    def falling(self) -> float:
        """Flip at the end minus shortly before."""
        return self.end - late(self.x, self.flip, 1)

    @property
    def known(self) -> float:
        """Sequences until ciwl is above `KNOWN`; infinity where never."""
        return first_beyond(self.x, self.ciwl, KNOWN)

    @property
    def icl_halfway(self) -> float:
        """Sequences until icl is halfway from chance to its peak; infinity where it does not appear."""
        return self._halfway(self.ability, self.ability.peak)

    @property
    def ciwl_halfway(self) -> float:
        """Sequences until ciwl is halfway from chance to its end; infinity where it does not appear."""
        return self._halfway(Ability(self.x, self.ciwl, self.evaluated, CHANCE), self.looked_up)

    def _halfway(self, ability: Ability, height: float) -> float:
        level = (CHANCE + height) / 2
        return first_beyond(self.x, ability.accuracy, level) if ability.appears else float("inf")

    @property
    def looked_up(self) -> float:
        """Return ciwl at the end."""
        return late(self.x, self.ciwl)

    @property
    def rising(self) -> float:
        """Return ciwl at the end minus shortly before."""
        return self.looked_up - late(self.x, self.ciwl, 1)

    @property
    def together(self) -> bool:
        """Whether icl and ciwl are present at one time."""
        both = (running_median(self.icl) > PRESENT) & (running_median(self.ciwl) > PRESENT)
        return bool(both.any())

    @property
    def in_order(self) -> bool | None:
        """Whether flip comes up, peaks and goes down in this order, before ciwl is known.

        `None` where it has done what it did in order and the run ends before ciwl is known.
        """
        if self.up <= self.peak_time and np.isinf(self.known):
            return None
        return self.up <= self.peak_time < self.down < self.known


def passages(data: xr.Dataset) -> list[Passage]:
    """Describe every run of a dataset of `curves`; NaN follows the end of one that is shorter."""
    x, evaluated = data["sequences"].values.astype(float), int(data.attrs["evaluated"])
    runs = []
    for icl, ciwl, flip in zip(*(rows(data, name) for name in ("icl", "ciwl", "flip")), strict=True):
        there = np.isfinite(flip)
        runs.append(Passage(x[there], icl[there], ciwl[there], flip[there], evaluated))
    return runs


def unless_all_rise(*groups: Sequence[Passage]) -> str:
    """Say why what becomes of flip cannot be told: it is not surely above one half at first. Empty where it can."""
    return "" if all(run.rose for run in itertools.chain(*groups)) else NOT_RISEN


def limits_of(data: xr.Dataset) -> tuple[float, float]:
    """Return below what flip must end and above what ciwl must, for runs as long as these."""
    return ENDS[data.attrs["limits"]]
