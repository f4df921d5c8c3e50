"""Does one thing happen before another, in every run and by a ratio that is surely above 1? A few milliseconds."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_flags, as_vector, check_same_length
from ._over_runs import over_runs


class Precedence(NamedTuple):
    """Whether one time precedes another.

    Attributes:
        value: Mean over runs of ln(second / first); NaN where the first never happened in any run.
        low: Lower end of its interval over runs; minus infinity with fewer than two runs.
        high: Upper end; infinity there.
        in_order: Runs in which the first came first.
        holds: Whether all runs are in order and `low` is above 0; None with a single run that is in order.
        undecided: Why it cannot be told, or empty.
        n: Number of runs.
    """

    value: float
    low: float
    high: float
    in_order: int
    holds: bool | None
    undecided: str
    n: int


def _seen(name: str, times: np.ndarray, observed: ArrayLike | None) -> np.ndarray:
    """Check times, and return where they were observed."""
    if (times <= 0).any():
        raise ValueError(f"`{name}` holds {times.min():g}; times above 0 are allowed. Count from the start.")
    if observed is None:
        return np.ones(times.size, dtype=bool)
    seen = as_flags("observed", observed)
    check_same_length(name, times, f"{name}_observed", seen)
    return seen


def before(
    first: ArrayLike,
    second: ArrayLike,
    *,
    first_observed: ArrayLike | None = None,
    second_observed: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Precedence:
    """Decide whether the first event precedes the second in every run.

    An event that a run did not reach stands at the last time seen (as `crossing` returns it). A run without the first
    event is out of order and leaves the interval; one without the second counts with the time seen, which makes the
    ratio smaller than it is.

    Args:
        first: Time of the first event in each run, above 0, shape (n,).
        second: Time of the second in the same runs, in the same unit, shape (n,).
        first_observed: Whether it was reached, shape (n,); all where None.
        second_observed: Likewise.
        level: Confidence of the ratio.
        resamples: Number of resamples of runs, from six on; below, Student's interval.
        seed: Their seed.

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If shapes or numbers are not as stated.

    Example:
        >>> before([1e5, 1.2e5, 0.9e5], [2e5, 2.3e5, 1.9e5]).holds
        True
    """
    a, b = as_vector("first", first), as_vector("second", second)
    check_same_length("first", a, "second", b)
    seen = _seen("first", a, first_observed)
    _seen("second", b, second_observed)
    in_order = int(np.sum(seen & (a < b)))
    ratios = np.log(b[seen] / a[seen])
    value = float(ratios.mean()) if ratios.size else float("nan")
    low, high = float("-inf"), float("inf")
    if ratios.size > 1:
        _, low, high, _ = over_runs(ratios, level=level, resamples=resamples, seed=seed)
    undecided = "fewer than two runs" if in_order == a.size < 2 else ""
    holds = None if undecided else in_order == a.size and low > 0
    return Precedence(value, low, high, in_order, holds, undecided, a.size)
