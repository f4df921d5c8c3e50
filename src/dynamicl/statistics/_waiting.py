"""Does a descent wait before it falls? The shape test under `find_transition`.

A smooth learning curve (exponential, power law, a steady drift, sums of them) only ever slows down: going
down it is convex. A phase change waits first and falls then, so the curve lies above its own convex hull. The
area between the two is the loss paid for waiting; the statistic is the integral of its square, over one edge
of the hull, and its null distribution comes from noise on the hull.
The first fast descent of a loss curve is convex and leaves no area, so it is never taken for the drop.
Cost: some 30 ms a curve.
"""

from typing import NamedTuple

import numpy as np

from ._noise import Noise, fall_of, roughness


class Wait(NamedTuple):
    """Where a curve begins to wait (steps), and the p-value of the wait being noise."""

    start: float
    p_value: float


def lower_hull(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Indices of the points on the greatest convex minorant of (x, y)."""
    hull: list[int] = []
    for i in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[i] - x[a]) < (y[i] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(i)
    return np.array(hull)


def _largest_gap(x: np.ndarray, fall: np.ndarray) -> tuple[float, int, np.ndarray]:
    """Largest squared gap between curve and hull over one hull edge, the edge's first point, and the hull itself."""
    knots = lower_hull(x, fall)
    hull = np.interp(x, x[knots], fall[knots])
    gap = (fall - hull) ** 2
    areas = np.concatenate([[0.0], np.cumsum((gap[1:] + gap[:-1]) / 2 * np.diff(x))])[knots]
    edge = int(np.argmax(np.diff(areas)))
    return float(np.diff(areas)[edge]), int(knots[edge]), hull


def _groups(size: int, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """First index and number of points of at most `bins` groups of neighbours."""
    starts = np.linspace(0, size, min(size, bins) + 1).astype(int)
    return starts[:-1], np.diff(starts).astype(np.float64)


def end_of_fall(curve: np.ndarray, bins: int) -> int:
    """Number of points up to the last one at the lowest level; a later rise (transience) is no part of the fall."""
    starts, counts = _groups(curve.size, bins)
    level = np.add.reduceat(curve, starts) / counts
    floor = level.min() + 2 * roughness(curve) / np.sqrt(counts) + 0.05 * np.ptp(level)
    last = int(np.flatnonzero(level <= floor)[-1])
    return int(starts[last] + counts[last])


def find_wait(
    x: np.ndarray, curve: np.ndarray, noise: Noise, *, bins: int, simulations: int, seed: int
) -> Wait | None:
    """Find the longest, highest wait before a fall.

    Args:
        x: Steps, strictly increasing, shape (n,), n >= 2.
        curve: A curve that goes down, shape (n,).
        noise: Its noise, of n points.
        bins: Points are averaged in order into at most this many groups.
        simulations: Number of noisy hulls for the p-value.
        seed: Their seed.

    Returns:
        The wait, or None where the curve is convex.
    """
    starts, counts = _groups(x.size, bins)

    def grouped(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, starts, axis=-1) / counts

    middle, level = grouped(x), grouped(curve)
    size, first, hull = _largest_gap(middle, fall_of(level, counts))
    # Rounding makes a straight line wait by a few units in the last place.
    if size <= (1e-6 * np.ptp(level)) ** 2 * np.ptp(x):
        return None
    draws = hull + grouped(noise.draw(np.random.default_rng(seed), simulations))
    reached = sum(_largest_gap(middle, fall_of(draw, counts))[0] >= size for draw in draws)
    start = x[0] if first == 0 else middle[first]
    return Wait(float(start), (1 + reached) / (1 + simulations))
