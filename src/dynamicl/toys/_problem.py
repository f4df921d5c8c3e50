"""A curve to be fitted by a toy: what is solved for, what is searched, and the search itself."""

from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._families import TIMES, Family, evaluate, shape_bank

STRETCHES = 96
"""Time scales tried with every shape of the bank."""
STARTS = 3
"""Shapes of the bank from which the search goes on."""
NUDGE = 1e-2
"""Step of the derivatives, in logarithms; well above the rounding of a flow in single precision."""


class Problem:
    """A curve and a family; the numbers that are searched are the logarithms of time and of the family's parameters.

    Attributes:
        steps: Of the curve.
        loss: Measured there.
        family: The toy.
        floor: The offset, where it is known.
        low: Lowest values searched: the curve's end is the toy's last time.
        high: Highest values searched: the curve's end is the toy's first time.
    """

    def __init__(self, steps: np.ndarray, loss: np.ndarray, family: Family, floor: float | None) -> None:
        bounds = np.log(np.array(family.bounds))
        self.steps, self.loss, self.family, self.floor = steps, loss, family, floor
        self.low = np.concatenate([[np.log(steps[-1] / TIMES[-1])], bounds[:, 0]])
        self.high = np.concatenate([[np.log(steps[-1] / TIMES[0])], bounds[:, 1]])
        self._last: tuple[bytes, np.ndarray] = (b"", np.empty(0))

    def curve(self, searched: np.ndarray) -> np.ndarray:
        """Return the family's curve at its own times; a change of the time scale alone costs nothing."""
        own = searched[1:].tobytes()
        if own != self._last[0]:
            self._last = own, self.family.curves(np.exp(searched[None, 1:]))[0]
        return self._last[1]

    def linear(
        self, shapes: np.ndarray, scale: Any = None, offset: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the scale, no less than zero, and the offset that fit best, for shapes of shape (..., n)."""
        if offset is None and self.floor is None:
            if scale is None:
                centred = shapes - shapes.mean(axis=-1, keepdims=True)
                scale = _quotient(centred @ self.loss, np.sum(centred**2, axis=-1))
            scale = np.asarray(scale)
            return scale, np.asarray(np.mean(self.loss - scale[..., None] * shapes, axis=-1))
        offset = self.floor if offset is None else offset
        if scale is None:
            scale = _quotient(shapes @ (self.loss - offset), np.sum(shapes**2, axis=-1))
        return np.asarray(scale), np.full(np.shape(scale), offset)

    def residuals(self, curves: np.ndarray, time: Any, **held: float) -> np.ndarray:
        """Return what the best scale and offset leave of curves (..., time) stretched to the logarithm of a time."""
        shapes = evaluate(curves, self.steps / np.exp(time))
        scale, offset = self.linear(shapes, **held)
        return offset[..., None] + scale[..., None] * shapes - self.loss

    def at(self, searched: np.ndarray, **held: float) -> np.ndarray:
        """Return the residuals of one set of numbers."""
        return self.residuals(self.curve(searched), searched[0], **held)

    def derivatives(self, searched: np.ndarray, **held: float) -> np.ndarray:
        """Return the derivatives of the residuals by the searched numbers, shape (n, number)."""
        own = searched[None, 1:] + NUDGE * np.concatenate(
            [np.eye(searched.size - 1), -np.eye(searched.size - 1)]
        )
        curves = self.family.curves(np.exp(own))
        up, down = np.split(self.residuals(curves, searched[0], **held), 2)
        later, earlier = (
            self.residuals(self.curve(searched), searched[0] + sign * NUDGE, **held) for sign in (1, -1)
        )
        return np.concatenate([(later - earlier)[None], up - down]).T / (2 * NUDGE)


def _quotient(above: ArrayLike, below: ArrayLike) -> np.ndarray:
    """Divide, with 0 for negative quotients and where there is nothing to divide by."""
    above, below = np.asarray(above), np.asarray(below)
    quotient = np.where(below > 0, above / np.where(below > 0, below, 1.0), 0.0)
    return np.asarray(np.maximum(quotient, 0.0))


def sum_of_squares(residuals: np.ndarray) -> float:
    """Return the sum of squares."""
    return float(residuals @ residuals)


def bank_starts(problem: Problem) -> list[np.ndarray]:
    """Return the best shapes of the bank, each with its best time scale."""
    grid, curves = shape_bank(problem.family)
    stretches = np.linspace(problem.low[0], problem.high[0], STRETCHES)
    squares = [np.sum(problem.residuals(curves, stretch) ** 2, axis=-1) for stretch in stretches]
    table = np.stack(squares, axis=-1)
    best = np.argsort(table.min(axis=-1))[:STARTS]
    return [np.array([stretches[table[i].argmin()], *np.log(grid[i])]) for i in best]


def search(problem: Problem, start: np.ndarray, fixed: int | None = None, **held: float) -> np.ndarray:
    """Return the numbers of the best fit near a start.

    Args:
        problem: The curve and the toy.
        start: Numbers to start from.
        fixed: Index of one that keeps its value.
        held: `scale` or `offset`, where it keeps a value.
    """
    free = [i for i in range(start.size) if i != fixed]
    low, high = problem.low[free], problem.high[free]

    def whole(part: np.ndarray) -> np.ndarray:
        searched = start.copy()
        searched[free] = part
        return searched

    solution = scipy.optimize.least_squares(
        lambda part: problem.at(whole(part), **held),
        np.clip(start[free], low + 1e-6, high - 1e-6),
        jac=lambda part: problem.derivatives(whole(part), **held)[:, free],
        bounds=(low, high),
        max_nfev=60,
        xtol=1e-5,
        ftol=1e-6,
    )
    return whole(solution.x)
