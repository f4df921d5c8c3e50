"""Profile likelihood: how far a parameter may go while all others are fitted anew."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy

from ._families import evaluate
from ._problem import Problem, search, sum_of_squares

ALLOWED = float(scipy.special.chdtri(1, 0.05))
"""Twice the drop of the log likelihood at the ends of a 95 % interval of one parameter."""
SIDE = 24
"""Most points of a profile on either side."""
ROUNDING = 1e-5
"""Residuals below this share of the curve's range are rounding, and no measure of likelihood."""


class Estimate(NamedTuple):
    """A parameter with its 95 % profile interval.

    Attributes:
        value: At the best fit.
        low: Lower end; the end of the range where the curve sets none.
        high: Upper end.
        identified: Whether the curve bounds it on both sides.
    """

    value: float
    low: float
    high: float
    identified: bool


def profile_interval(
    problem: Problem, best: np.ndarray, index: int, effective: float
) -> tuple[Estimate, list[np.ndarray]]:
    """Move one parameter away from its estimate until the likelihood forbids it, on either side."""
    searched = index < best.size - 2
    lowest = sum_of_squares(problem.at(best[:-2]))
    lowest = max(lowest, problem.loss.size * (ROUNDING * float(np.ptp(problem.loss))) ** 2)
    within: list[np.ndarray] = []

    def deviance(value: float, start: np.ndarray) -> tuple[float, np.ndarray]:
        held = {"scale": value} if index == best.size - 2 else {"offset": value} if not searched else {}
        first = start.copy()
        if searched:
            first[index] = value
        solution = search(problem, first, index if searched else None, **held)
        square = sum_of_squares(problem.at(solution, **held))
        drop = effective * np.log(max(square, lowest) / lowest)
        if drop <= ALLOWED:
            shape = evaluate(problem.curve(solution), problem.steps / np.exp(solution[0]))
            linear = problem.linear(shape, **held)
            within.append(np.array([*solution, *map(float, linear)]))
        return drop, solution

    if searched:
        ends = problem.low[index], problem.high[index]
    else:
        reach = 10 * float(np.ptp(problem.loss)) + abs(best[index])
        ends = (0.0 if index == best.size - 2 else best[index] - reach), best[index] + reach
    sides = [_side(deviance, best, index, end) for end in ends]
    values = [float(best[index]), *(side[0] for side in sides)]
    value, low, high = np.exp(values) if searched else values
    identified = sides[0][1] and sides[1][1]
    return Estimate(float(value), float(low), float(high), identified), within


def _side(
    deviance: Callable[[float, np.ndarray], tuple[float, np.ndarray]],
    best: np.ndarray,
    index: int,
    end: float,
) -> tuple[float, bool]:
    """The end of the interval between an estimate and the end of its range, and whether there is one."""
    value, start = float(best[index]), best[:-2]
    step, before = (end - value) / 2**10, 0.0
    inside, drop_inside = value, 0.0
    for _ in range(SIDE):
        place = inside + step
        if (place - end) * np.sign(step) >= 0:
            place = end
        drop, solution = deviance(place, start)
        if drop > ALLOWED:
            # Between the last place inside and this one the root of the deviance is nearly straight.
            a, b, limit = np.sqrt(drop_inside), np.sqrt(drop), np.sqrt(ALLOWED)
            return inside + (place - inside) * (limit - a) / (b - a), True
        if place == end:
            return end, False
        inside, drop_inside, start = place, drop, solution
        # Small growth of the deviance: longer steps.
        step *= 2.0 if drop - before < ALLOWED / 6 else 1.0
        before = drop
    return inside, False
