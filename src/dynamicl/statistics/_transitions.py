"""Transitions: the time, width and height of a phase change in a curve, each with an interval.

Use `find_transition` on a loss or an accuracy over steps. A loss curve of this field falls fast to a plateau
(log 2 where two labels compete) and drops from it later; the drop is the transition, the first descent is
not. A transition is found when five things hold, each with a threshold in `Criterion`:

1. the curve waits: it lies above its convex hull by more than noise explains (`_waiting`);
2. it is high: a share of the whole curve's range;
3. before it the curve is slow: much slower than during it;
4. it ends: after it the curve is slow again, or flat;
5. it is sharp: its width is short against the time at which it comes.

Exponential and power-law decays and steady drifts fail 1 and 3, noise fails 1, curves cut off in mid-fall
fail 4.
Cost: about 0.1 s a curve with the default numbers of simulations and resamples.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_vector, check_choice, check_increasing, check_same_length
from ._crossing import interpolate
from ._intervals import Interval
from ._noise import Noise, fall_of, noise_about
from ._transition_record import Transition
from ._waiting import end_of_fall, find_wait


@dataclass(frozen=True)
class Criterion:
    """What counts as a transition.

    Attributes:
        significance: Largest p-value of the wait.
        min_height: Smallest height, as a share of the curve's range.
        max_slow_share: Largest mean speed before and after, as a share of the mean speed from 10 % to 90 %.
        max_relative_width: Largest width over (time - first step). An exponential decay has 3.2, a straight
            line 1.6.
        bins: Number of groups in which the wait is sought.
        simulations: Number of noisy curves behind the p-value.
    """

    significance: float = 0.01
    min_height: float = 0.1
    max_slow_share: float = 0.5
    max_relative_width: float = 1.5
    bins: int = 64
    simulations: int = 199


class Shape(NamedTuple):
    """A fall within a window: where it passes 10, 50 and 90 % of the way, and the levels on both sides."""

    early: float
    middle: float
    late: float
    before: float
    after: float


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _step_levels(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Levels on both sides of the one step that fits best."""
    mass, total = np.cumsum(weights)[:-1], np.cumsum(weights * y)[:-1]
    rest, rest_total = weights.sum() - mass, (weights * y).sum() - total
    cut = int(np.argmax(mass * rest * (total / mass - rest_total / rest) ** 2)) + 1
    return _weighted_median(y[:cut], weights[:cut]), _weighted_median(y[cut:], weights[cut:])


def _passing(x: np.ndarray, fall: np.ndarray, level: float, axis: str) -> float:
    return interpolate(x, fall, int(np.argmax(fall <= level)), level, axis)


def _shape(x: np.ndarray, y: np.ndarray, axis: str) -> Shape | None:
    """Measure the fall in a window; levels are medians over time well outside 10-90 %, found by iteration."""
    weights = np.gradient(x)
    fall = fall_of(y, weights)
    before, after = _step_levels(x, y, weights)
    for _ in range(20):
        height = before - after
        if height <= 0 or fall[-1] > after + 0.1 * height:
            return None
        early, middle, late = (
            _passing(x, fall, before - share * height, "linear") for share in (0.1, 0.5, 0.9)
        )
        # As far again from the middle as the 10 and 90 % points: nearer, the shoulders pull a noisy median inwards.
        head, tail = x <= 2 * early - middle, x >= 2 * late - middle
        head, tail = (head if head.sum() > 2 else x <= early), (tail if tail.sum() > 2 else x >= late)
        head[0] = tail[-1] = True
        levels = _weighted_median(y[head], weights[head]), _weighted_median(y[tail], weights[tail])
        if levels == (before, after):
            break
        before, after = levels
    height = before - after
    if height <= 0 or fall[-1] > after + 0.1 * height:
        return None
    early, middle, late = (_passing(x, fall, before - share * height, axis) for share in (0.1, 0.5, 0.9))
    return Shape(early, middle, late, before, after)


def _inner_plateau(x: np.ndarray, y: np.ndarray, shape: Shape) -> float | None:
    """Return the middle of a plateau that divides the fall in two: over half its width, under a tenth of its height."""
    width, height = shape.late - shape.early, shape.before - shape.after
    grid = np.linspace(shape.early, shape.late, 41)
    level = np.interp(grid, x, fall_of(y))
    flat = level[:20] - level[21:] < 0.1 * height
    return float(grid[np.argmax(flat)] + width * 21 / 80) if width > 0 and flat.any() else None


def _window(
    x: np.ndarray, y: np.ndarray, start: float, end: float, axis: str
) -> tuple[np.ndarray, Shape | None]:
    """Choose the part of [start, end] that holds one fall only, the highest; return its mask and shape."""
    inside = (x >= start) & (x <= end)
    shape = _shape(x[inside], y[inside], axis) if inside.sum() >= 4 else None
    if shape is None:
        return inside, None
    cut = _inner_plateau(x[inside], y[inside], shape)
    if cut is None:
        return inside, shape
    halves = [_window(x, y, start, cut, axis), _window(x, y, cut, end, axis)]
    falls = [(part, fall) for part, fall in halves if fall is not None]
    return max(falls, key=lambda half: half[1].before - half[1].after) if falls else (inside, shape)


def _objection(x: np.ndarray, y: np.ndarray, shape: Shape, whole: float, criterion: Criterion) -> str | None:
    """Return the first of criteria 2 to 5 that fails, in words."""
    height, width = shape.before - shape.after, shape.late - shape.early
    if height < criterion.min_height * whole:
        return "too low: no change is high enough against the whole curve"
    fall = fall_of(y)
    limit = criterion.max_slow_share * 0.8 * height
    # The middle half of the wait: its ends belong to the first descent and to the onset.
    wait = shape.early - x[0]
    slow = np.interp([x[0] + wait / 4, shape.early - wait / 4], x, fall)
    if (slow[0] - slow[1]) * width > limit * wait / 2:
        return "smooth: no plateau precedes the change"
    if (np.interp(shape.late, x, fall) - fall[-1]) * width >= limit * (x[-1] - shape.late):
        return "unfinished: the curve ends during the change"
    return None


def _resample(
    curve: np.ndarray, scores: np.ndarray | None, noise: Noise, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return curves as they might have been, shape (resamples, n), and the curve that they scatter about."""
    rng = np.random.default_rng(seed)
    if scores is None:
        fall = fall_of(curve)
        return fall + noise.draw(rng, resamples), fall
    share = rng.multinomial(scores.shape[1], np.full(scores.shape[1], 1 / scores.shape[1]), size=resamples)
    return (share / scores.shape[1]) @ scores.T, curve


def _intervals(
    x: np.ndarray, draws: np.ndarray, centre: np.ndarray, shape: Shape, axis: str
) -> dict[str, Interval]:
    """Intervals of time, width, height and levels: the value plus the resamples' 95 % range about their centre."""

    def summary(found: Shape) -> tuple[float, ...]:
        return (found.middle, found.late - found.early, found.before - found.after, found.before, found.after)

    shapes = [drawn for draw in draws if (drawn := _shape(x, draw, axis)) is not None]
    values = np.array([summary(found) for found in shapes]) if shapes else np.array([summary(shape)])
    deviation = np.quantile(values, [0.025, 0.975], axis=0) - np.array(
        summary(_shape(x, centre, axis) or shape)
    )
    names = ("time_steps", "width_steps", "height", "before", "after")
    return {
        name: Interval(value, value + min(low, 0.0), value + max(high, 0.0))
        for name, value, low, high in zip(names, summary(shape), *deviation.tolist(), strict=True)
    }


def _read(
    steps: ArrayLike, curve: ArrayLike, scores: ArrayLike | None, standard_error: ArrayLike | float | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Check the input, drop points that are NaN, and return steps, curve, scores and errors."""
    x, y = as_vector("steps", steps), np.asarray(curve, dtype=np.float64)
    check_same_length("steps", x, "curve", y)
    check_increasing("steps", x)
    finite = np.isfinite(y)
    if finite.sum() < 8:
        raise ValueError(
            f"`curve` has {finite.sum()} finite values; at least 8 are needed. Evaluate more often."
        )
    table = None
    if scores is not None:
        table = np.asarray(scores, dtype=np.float64)
        if table.ndim != 2 or len(table) != x.size or not np.isfinite(table[finite]).all():
            raise ValueError(
                f"`scores` has shape {table.shape} for {x.size} steps; finite values of shape (step, sequence) are "
                "allowed. Pass each evaluation sequence's score at each step."
            )
        table = table[finite]
    x, y = x[finite], y[finite]
    if standard_error is None:
        return x, y, table, None
    error = np.broadcast_to(np.asarray(standard_error, dtype=np.float64), finite.shape)[finite]
    if not (np.isfinite(error).all() and (error >= 0).all()):
        raise ValueError(
            "`standard_error` must be finite and at least 0. Leave it out to estimate it from the curve."
        )
    return x, y, table, error


def find_transition(
    steps: ArrayLike,
    curve: ArrayLike,
    *,
    scores: ArrayLike | None = None,
    standard_error: ArrayLike | float | None = None,
    batch: int | None = None,
    direction: str = "auto",
    axis: str = "linear",
    criterion: Criterion | None = None,
    resamples: int = 200,
    seed: int = 0,
    run: str = "",
    name: str = "",
    evaluator: str = "",
) -> Transition:
    """Find the phase change of a curve, with intervals, or say that there is none.

    The curve is searched for the wait that costs most (module docstring); from its start on, the levels
    before and after are medians over time well outside the 10-90 % range, and the times are crossings of the
    closest monotone curve. Where several steps follow each other, the highest counts. Intervals resample the
    evaluation
    sequences: with `scores`, sequences are drawn with replacement, the same at every step, as evaluators keep
    theirs; with `standard_error`, errors are independent between steps; with neither, the curve's own
    roughness is the error. They do not cover the spread over runs; that is `population_transition`.

    Args:
        steps: Evaluated steps, strictly increasing, shape (n,), n >= 8.
        curve: Loss or accuracy there, shape (n,); NaN (a frozen run) is left out.
        scores: Per-sequence values whose mean is the curve, shape (n, sequences).
        standard_error: Error of each point, one number or shape (n,).
        batch: Sequences in a step, for times in sequences.
        direction: "falling", "rising", or "auto": whichever of the extremes comes last.
        axis: Interpolate crossings in steps ("linear") or in log steps ("log").
        criterion: Thresholds; the defaults of `Criterion` where None.
        resamples: Number of resamples for the intervals.
        seed: Seed of simulations and resamples.
        run: The run's id, kept in the record.
        name: The curve's name, kept in the record as `curve`.
        evaluator: The evaluator's name, kept in the record.

    Returns:
        The transition; `found` is False and `reason` tells why where there is none.

    Raises:
        ValueError: If shapes, order, numbers or words are not as stated.

    References:
        Singh, thesis (2025), figures 4.3 and 4.6; Olsson et al., In-context learning and induction heads
        (2022).
    """
    check_choice("direction", direction, ("auto", "falling", "rising"))
    check_choice("axis", axis, ("linear", "log"))
    criterion = criterion or Criterion()
    x, y, table, error = _read(steps, curve, scores, standard_error)
    if direction == "auto":
        direction = "falling" if np.argmin(y) > np.argmax(y) else "rising"
    sign = 1.0 if direction == "falling" else -1.0
    none = Transition(False, run=run, curve=name, evaluator=evaluator)
    y = sign * y
    fallen = end_of_fall(y, criterion.bins)
    if fallen < 8:
        return replace(none, reason="too low: the curve only moves the other way")
    x, y = x[:fallen], y[:fallen]
    table, error = (part if part is None else part[:fallen] for part in (table, error))
    noise = noise_about(y, error)
    wait = find_wait(x, y, noise, bins=criterion.bins, simulations=criterion.simulations, seed=seed)
    if wait is None or wait.p_value > criterion.significance:
        return replace(
            none, reason="smooth: the curve waits for nothing", p_value=wait.p_value if wait else 1.0
        )
    inside, shape = _window(x, y, wait.start, x[-1], axis)
    if shape is None:
        return replace(none, reason="too low: no two levels differ", p_value=wait.p_value)
    part, level = x[inside], y[inside]
    objection = _objection(part, level, shape, np.ptp(fall_of(y)), criterion)
    if objection is None and shape.late - shape.early > criterion.max_relative_width * (shape.middle - x[0]):
        objection = "slow: the change is as wide as the time before it"
    if objection:
        return replace(none, reason=objection, p_value=wait.p_value)
    rows = None if table is None else sign * table[inside]
    own = Noise(noise.deviation[inside], noise.memory) if error is None else Noise(error[inside], 0.0)
    draws, centre = _resample(level, rows, own, resamples, seed + 1)
    found: dict[str, Any] = _intervals(part, draws, centre, shape, axis)
    if sign < 0:
        found |= {
            key: Interval(-found[key].value, -found[key].high, -found[key].low) for key in ("before", "after")
        }
    time = found["time_steps"]
    after = int(np.searchsorted(x, time.value))
    return replace(
        none,
        found=True,
        reason="found",
        **found,
        time_sequences=None if batch is None else Interval(*(batch * end for end in time)),
        p_value=wait.p_value,
        resolution_steps=float(x[after] - x[after - 1]) if after else 0.0,
    )
