"""Fitting a toy to a measured learning curve: least squares, profile likelihood, and what a curve cannot tell.

The model is offset + scale x shape(t / time; parameters). Scale and offset are solved for, the rest is searched: first
over a bank of shapes, then from the best of them. Every parameter's interval comes from its profile: it is moved, all
others are fitted anew, and the likelihood says how far it may go. A parameter that may go to the end of its range is
not identified by the curve, and is reported so.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from ._families import Family, evaluate
from ._problem import Problem, bank_starts, search, sum_of_squares
from ._profiles import Estimate, profile_interval

FEWEST = 8
"""Points that a fit needs."""


class Fit(NamedTuple):
    """A toy fitted to a curve.

    Attributes:
        family: The toy.
        estimates: By parameter: the family's own, `time` (steps in a unit of the toy's time), `scale` (the toy's first
            loss in units of the curve) and `offset` (what the toy does not learn); empty intervals without profiles.
        residual: Root mean square of what is left.
        points: Number of points fitted.
        effective: The number of independent ones among them, from the residuals' autocorrelation.
        plausible: Parameters (searched ones in logarithms, then scale and offset) that profiles found within the
            interval, shape (set, number); the best first.
    """

    family: Family
    estimates: dict[str, Estimate]
    residual: float
    points: int
    effective: float
    plausible: Float[np.ndarray, "set number"]

    @property
    def unidentified(self) -> tuple[str, ...]:
        """Parameters that the curve does not bound on both sides."""
        return tuple(name for name, estimate in self.estimates.items() if not estimate.identified)

    def predict(self, steps: ArrayLike) -> np.ndarray:
        """Return the fitted curve at any steps, those beyond the fitted part included."""
        return _model(self.family, self.plausible[0], np.asarray(steps, dtype=np.float64))


def _model(family: Family, numbers: np.ndarray, steps: np.ndarray) -> np.ndarray:
    time, *shape, scale, offset = numbers
    values = np.exp(np.array(shape))[None]
    return offset + scale * evaluate(family.curves(values)[0], steps / np.exp(time))


def fit_curve(
    steps: ArrayLike,
    loss: ArrayLike,
    family: Family,
    *,
    floor: float | None = None,
    profile: bool = True,
) -> Fit:
    """Fit a toy to a learning curve.

    Args:
        steps: Where the loss was measured, increasing, not negative, shape (n,), n >= 8.
        loss: Measured loss, shape (n,); points that are not finite are left out.
        family: The toy.
        floor: The loss that remains in the end, where it is known (0 for a task that can be solved); free where None.
        profile: Whether to compute intervals, which takes most of the time.

    Returns:
        Estimates with intervals, and what is not identified.

    Raises:
        ValueError: If steps do not increase, lengths differ, too few points are finite, the loss never changes, or
            the floor does not lie below it.
    """
    places, values = checked_curve(steps, loss, floor)
    check_falls(values)
    problem = Problem(places, values, family, floor)
    starts = bank_starts(problem)
    solutions = [search(problem, start) for start in starts]
    best = min(solutions, key=lambda searched: sum_of_squares(problem.at(searched)))
    residuals = problem.at(best)
    effective = _effective(residuals)
    shape = evaluate(problem.curve(best), problem.steps / np.exp(best[0]))
    scale, offset = map(float, problem.linear(shape))
    numbers = np.array([*best, scale, offset])
    names = ("time", *family.parameters, "scale", "offset")
    logarithmic = len(names) - 2
    plain = np.concatenate([np.exp(numbers[:logarithmic]), numbers[logarithmic:]])
    estimates = {n: Estimate(float(v), np.nan, np.nan, False) for n, v in zip(names, plain, strict=True)}
    plausible = [numbers]
    if profile:
        for index, name in enumerate(names):
            if name == "offset" and floor is not None:
                estimates[name] = Estimate(floor, floor, floor, True)
                continue
            estimates[name], within = profile_interval(problem, numbers, index, effective)
            plausible += within
    residual = float(np.sqrt(np.mean(residuals**2)))
    return Fit(family, estimates, residual, places.size, effective, np.stack(plausible))


def checked_curve(
    steps: ArrayLike, loss: ArrayLike, floor: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and finite losses, or raise `ValueError` for what is no curve that starts above its floor."""
    places, values = np.asarray(steps, dtype=np.float64), np.asarray(loss, dtype=np.float64)
    if places.ndim != 1 or places.shape != values.shape:
        raise ValueError(
            f"`loss` has shape {values.shape}; that of `steps`, {places.shape}, one axis, is allowed. Cut it."
        )
    if not np.isfinite(places).all():
        raise ValueError("`steps` holds numbers that are not finite. Leave those points out.")
    places, values = places[np.isfinite(values)], values[np.isfinite(values)]
    if places.size < FEWEST:
        raise ValueError(
            f"`loss` has {places.size} finite points; at least {FEWEST} are needed. Record more often."
        )
    if places[0] < 0 or (np.diff(places) <= 0).any():
        raise ValueError("`steps` must be at least 0 and strictly increasing. Sort them.")
    if floor is not None and not -math.inf < floor < values.max():
        raise ValueError(
            f"`floor` is {floor} with losses up to {values.max():g}; a finite number below those is allowed."
        )
    return places, values


def check_falls(values: np.ndarray) -> None:
    """Refuse curves that no toy has."""
    if np.ptp(values) == 0:
        raise ValueError("`loss` never changes, and no toy can be told from it. Give a longer curve.")
    third = values.size // 3
    if values[-third:].min() > values[:third].max():
        raise ValueError("`loss` rises, and toys only fall. Fit a loss, or one minus an accuracy.")


def _effective(residuals: np.ndarray) -> float:
    """Independent points among residuals whose neighbours are correlated; at least 3."""
    centred = residuals - residuals.mean()
    square = float(centred @ centred)
    lag = float(centred[1:] @ centred[:-1]) / square if square > 0 else 0.0
    lag = min(max(lag, 0.0), 0.999)
    return max(residuals.size * (1 - lag) / (1 + lag), 3.0)
