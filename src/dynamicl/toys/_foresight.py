"""The test of a toy: fitted to the beginning of a curve, does it foretell when the rest is learnt?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from dynamicl.statistics import Interval, crossing

from ._families import TIMES, Family
from ._fits import Fit, check_falls, checked_curve, fit_curve

LEAST_LEFT = 0.1
"""Share of a curve's whole fall that must be left at the cut: of less there is nothing to foresee."""


class Foresight(NamedTuple):
    """What a fit to the beginning says of the rest.

    Attributes:
        fit: To the beginning.
        cut: The last step fitted.
        observed: Step at which half of what the loss still had to fall had fallen (t50 of the rest); NaN where the
            curve was learnt before the cut, or has not fallen so far by its end.
        predicted: The same of the fitted curve, with the range over all plausible parameters; without profiles the
            ends are NaN, and a curve that never falls so far has infinity.
        held_out: Root mean square error of the rest, over the range of the whole curve.
    """

    fit: Fit
    cut: float
    observed: float
    predicted: Interval
    held_out: float

    @property
    def log_error(self) -> float:
        """ln(predicted / observed): 0.1 is 10 % too late; NaN where nothing was observed."""
        return float(np.log(self.predicted.value / self.observed))


def foresee(
    steps: ArrayLike,
    loss: ArrayLike,
    family: Family,
    fraction: float,
    *,
    floor: float | None = None,
    profile: bool = True,
) -> Foresight:
    """Fit a toy to the first part of a curve and predict when the rest is learnt.

    Args:
        steps: Where the loss was measured, shape (n,).
        loss: Measured loss, shape (n,).
        family: The toy.
        fraction: Share of the curve's length that is fitted, inside (0, 1); the documents' question takes 0.2 to 0.4.
        floor: The loss that remains in the end, where it is known.
        profile: Whether to compute intervals.

    Returns:
        Fit, prediction and its error.

    Raises:
        ValueError: If the fraction is not inside (0, 1), the beginning holds too few points, or as `fit_curve`.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"`fraction` is {fraction}; a number inside (0, 1) is allowed. 0.3 is usual.")
    places, values = checked_curve(steps, loss, floor)
    check_falls(values)
    cut = places[0] + fraction * (places[-1] - places[0])
    early = places <= cut
    fit = fit_curve(places[early], values[early], family, floor=floor, profile=profile)
    end = values[-1] if floor is None else floor
    observed = _observed(places[~early], values[~early], float(values[early][-1]), float(end), np.ptp(values))
    times = np.array([_half_time(family, numbers, cut) for numbers in fit.plausible])
    ends = (times.min(), times.max()) if profile else (np.nan, np.nan)
    error = np.sqrt(np.mean((fit.predict(places[~early]) - values[~early]) ** 2)) / np.ptp(values)
    return Foresight(fit, float(cut), observed, Interval(float(times[0]), *map(float, ends)), float(error))


def _observed(steps: np.ndarray, rest: np.ndarray, now: float, end: float, fall: float) -> float:
    """Return the step at which the rest of a curve has made half of its fall; NaN where there is none to make."""
    if now - end < LEAST_LEFT * fall:
        return float("nan")
    half = crossing(steps, rest, (now + end) / 2)
    return half.time if half.observed else float("nan")


def _half_time(family: Family, numbers: np.ndarray, cut: float) -> float:
    """The step after the cut at which a fitted curve has fallen half of what it still falls."""
    time, *shape, _, _ = numbers
    curve = family.curves(np.exp(np.array(shape))[None])[0]
    steps = np.exp(time) * TIMES
    now = np.interp(np.log(max(cut, steps[0])), np.log(steps), curve)
    below = (curve <= now / 2) & (steps > cut)
    if not below.any():
        return float("inf")
    index = int(np.argmax(below))
    if index == 0:
        return float(steps[0])
    share = (now / 2 - curve[index - 1]) / (curve[index] - curve[index - 1])
    return float(steps[index - 1] + share * (steps[index] - steps[index - 1]))


def compare_families(
    steps: ArrayLike,
    losses: ArrayLike,
    families: Sequence[Family],
    *,
    fractions: Sequence[float] = (0.2, 0.3, 0.4),
    floor: float | None = None,
) -> xr.Dataset:
    """Predict the rest of many curves from their beginning, by every toy.

    Args:
        steps: Where the losses were measured, shape (n,).
        losses: One row a curve, shape (curve, n).
        families: The toys.
        fractions: Shares of the curves' length that are fitted.
        floor: The loss that remains in the end, where it is known.

    Returns:
        Dims (curve, fraction, family): `held_out`, `log_error` (infinite where no jump is foreseen, NaN where none
        was observed), `residual` of the fitted part; and `observed` over (curve, fraction).

    Raises:
        ValueError: If losses are no rows, or as `foresee`.
    """
    rows = np.atleast_2d(np.asarray(losses, dtype=np.float64))
    if rows.ndim != 2:
        raise ValueError(f"`losses` has {rows.ndim} axes; one row a curve is allowed. Reshape it.")
    shape = len(rows), len(fractions), len(families)
    table = {name: np.full(shape, np.nan) for name in ("held_out", "log_error", "residual")}
    observed = np.full(shape[:2], np.nan)
    for place in np.ndindex(shape):
        i, j, k = place
        rest = foresee(steps, rows[i], families[k], fractions[j], floor=floor, profile=False)
        numbers = (rest.held_out, rest.log_error, rest.fit.residual)
        for name, number in zip(table, numbers, strict=True):
            table[name][place] = number
        observed[i, j] = rest.observed
    dims = ("curve", "fraction", "family")
    return xr.Dataset(
        {name: (dims, values) for name, values in table.items()} | {"observed": (dims[:2], observed)},
        {"fraction": list(fractions), "family": [family.name for family in families]},
    )
