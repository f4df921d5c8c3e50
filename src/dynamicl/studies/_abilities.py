"""One accuracy of a run over its training: whether it appears, fades or never shows, how high and how fast."""

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from dynamicl.statistics import (
    FADE_MARGIN,
    Appearance,
    DecaySlope,
    Fading,
    Interval,
    LevelTrend,
    NeverAbove,
    appears,
    decay_slope,
    fades,
    never_above_chance,
    trend,
)

from ._curves import CHANCE, error_of, late, rows
from ._parts import Part, Threshold
from ._summaries import share

MARGIN_HELD = f"the interval of a fall holds the margin, {FADE_MARGIN:g}"
NOT_EVERYWHERE = (
    "icl does not appear in every run that is compared, or falls in too few evaluations to be followed"
)
NOWHERE = "icl appears in neither run of a pair that is compared"
DRAWS_A_RUN = 40
"""Draws of a band for each run among which its level is shared: an end of it needs draws beyond it."""
KEPT = 0.05
"""How far below its peak an ability may end and look as if it persisted."""


@dataclass(frozen=True, eq=False)
class Ability:
    """An accuracy over training; what is asked of it is computed once.

    Attributes:
        x: sequences of each evaluation.
        accuracy: there.
        evaluated: sequences behind an accuracy.
        chance: accuracy of guessing.
    """

    x: np.ndarray
    accuracy: np.ndarray
    evaluated: int
    chance: float

    @property
    def _errors(self) -> np.ndarray:
        return error_of(self.accuracy, self.evaluated)

    @cached_property
    def appearance(self) -> Appearance:
        """Whether it appears."""
        return appears(self.x, self.accuracy, self._errors, chance=self.chance)

    @cached_property
    def fading(self) -> Fading:
        """Whether it fades."""
        return fades(self.x, self.accuracy, self._errors)

    @cached_property
    def absence(self) -> NeverAbove:
        """Whether it never shows."""
        return never_above_chance(self.x, self.accuracy, self._errors, chance=self.chance)

    @cached_property
    def slope(self) -> DecaySlope:
        """How fast it falls after its peak, in accuracy as sequences grow e-fold."""
        return decay_slope(self.x, self.accuracy, self._errors, chance=self.chance)

    @property
    def appears(self) -> bool:
        """Whether it is ever surely above chance."""
        return self.appearance.holds

    @property
    def is_absent(self) -> bool:
        """Whether it stays at chance throughout."""
        return self.absence.holds

    def is_absent_among(self, runs: int) -> bool:
        """Tell whether it stays at chance, where so many runs must all do so: each is given its share of 5 %."""
        return never_above_chance(
            self.x,
            self.accuracy,
            self._errors,
            chance=self.chance,
            level=1 - 0.05 / runs,
            resamples=DRAWS_A_RUN * max(10, runs),
        ).holds

    @property
    def rises_and_fades(self) -> bool:
        """Whether it appears, and ends surely below its peak."""
        return self.appears and bool(self.fading.holds)

    @property
    def peak(self) -> float:
        """Height of its peak."""
        return self.fading.peak

    @property
    def peak_time(self) -> float:
        """Sequences until then."""
        return self.fading.time

    @property
    def lost(self) -> float:
        """Peak minus end."""
        return self.fading.value

    @property
    def steepness(self) -> float:
        """Size of the slope of its fall; NaN where there is none to measure."""
        return abs(self.slope.value)

    @property
    def mean(self) -> float:
        """Mean over training."""
        return float(np.nanmean(self.accuracy))

    def until(self, time: float) -> "Ability":
        """Return the same run as if it had been stopped at some number of sequences."""
        inside = self.x <= time
        return Ability(self.x[inside], self.accuracy[inside], self.evaluated, self.chance)


def abilities(data: xr.Dataset, name: str = "icl", chance: float = CHANCE) -> list[Ability]:
    """Describe an accuracy of every run of a dataset of `curves`."""
    x, evaluated = data["sequences"].values.astype(float), int(data.attrs["evaluated"])
    return [Ability(x, curve, evaluated, chance) for curve in rows(data, name)]


def share_absent(runs: Sequence[Ability]) -> Interval:
    """Estimate the share of runs in which an accuracy never shows, where all of them must."""
    return share([run.is_absent_among(len(runs)) for run in runs])


def share_part(bar: Threshold, outcomes: Sequence[bool | None], why: str) -> Part:
    """Compare the share of runs for which something holds with a bar, where it may be open for some of them.

    Args:
        bar: what the share has to reach.
        outcomes: of each run; `None` where it is open, which counts as not holding.
        why: said of the part where the open runs can tip it.
    """
    surely = [flag is True for flag in outcomes]
    perhaps = [flag is not False for flag in outcomes]
    part, best = (bar.part(share(flags), len(outcomes)) for flags in (surely, perhaps))
    return part if part.holds == best.holds else dataclasses.replace(part, undecided=why)


def fading_part(bar: Threshold, runs: Sequence[Ability]) -> Part:
    """Compare the share of runs that fade with a bar.

    It is open where runs can tip it that are too short to tell, or whose fall may be the margin or less.
    """
    short = max((run.fading.undecided for run in runs), default="")
    return share_part(bar, [_faded(run.fading) for run in runs], short or MARGIN_HELD)


def _faded(fading: Fading) -> bool | None:
    """Tell whether a run surely lost its margin or surely kept it; `None` where its interval leaves that open."""
    if fading.undecided or fading.low < FADE_MARGIN <= fading.high:
        return None
    return bool(fading.holds)


def unless_all_fall(*groups: Sequence[Ability]) -> str:
    """Say why times and slopes cannot be compared: chance has neither. Empty where they can."""
    runs = itertools.chain(*groups)
    falls = all(run.appears and np.isfinite(run.steepness) and run.peak_time > 0 for run in runs)
    return "" if falls else NOT_EVERYWHERE


def unless_one_appears(first: Sequence[Ability], second: Sequence[Ability]) -> str:
    """Say why heights of paired runs cannot be compared: both at chance. Empty where they can."""
    pairs = zip(first, second, strict=True)
    return "" if all(one.appears or other.appears for one, other in pairs) else NOWHERE


def by_level(data: xr.Dataset, dim: str, name: str = "icl", chance: float = CHANCE) -> list[list[Ability]]:
    """Describe an accuracy of the runs at each level of a condition, in the order of the dataset."""
    return [abilities(data.isel({dim: [place]}), name, chance) for place in range(data.sizes[dim])]


def late_by_level(data: xr.Dataset, dim: str, name: str) -> list[list[float]]:
    """Return an accuracy in the last part of training of each run, level by level."""
    x = data["sequences"].values.astype(float)
    ends = []
    for place in range(data.sizes[dim]):
        level = rows(data.isel({dim: [place]}), name)
        ends.append([late(x, curve) for curve in level])
    return ends


def levels_of(runs: list[list[Ability]], what: str) -> list[list[float]]:
    """Return a number of each run, level by level."""
    levels = []
    for level in runs:
        levels.append([float(getattr(run, what)) for run in level])
    return levels


def trend_parts(
    levels: list[list[float]],
    direction: str,
    p: Threshold,
    difference: Threshold | None = None,
    undecided: str = "",
) -> tuple[Part, ...]:
    """Compare a trend over levels with its thresholds.

    Args:
        levels: the values of the runs at each level, in the order in which the claim names them.
        direction: `up` or `down`.
        p: what the one-sided p of Jonckheere's test has to be.
        difference: what the difference of the extremes, positive where it is as claimed, has to be; `None` for nothing.
        undecided: why it cannot be decided; empty where it can.
    """
    n = sum(len(level) for level in levels)
    if not np.isfinite(np.concatenate(levels)).all():
        unknown = "a run has no such number"
        return tuple(
            part.part(float("nan"), n, undecided or unknown) for part in (p, difference) if part is not None
        )
    test: LevelTrend = trend(levels, direction=direction)
    if difference is None:
        return (p.part(test.p, n, undecided),)
    return p.part(test.p, n, undecided), difference.sure_part((test.value, test.low, test.high), n, undecided)
