"""Checks of arguments shared by the statistics of this room; every message names the remedy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def as_vector(name: str, values: ArrayLike, *, least: int = 1) -> np.ndarray:
    """Return `values` as a float64 vector, or say what is wrong with it.

    Args:
        name: The argument's name, for the message.
        values: Anything NumPy reads as numbers, shape (n,).
        least: Smallest length allowed.

    Returns:
        Array of shape (n,), float64, all finite.

    Raises:
        ValueError: If it is not one-dimensional, too short, or holds NaN or infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(
            f"`{name}` has shape {array.shape}; one dimension is allowed. Pass one value per entry."
        )
    if array.size < least:
        raise ValueError(
            f"`{name}` has {array.size} entries; at least {least} are needed. Pass more observations."
        )
    if not np.isfinite(array).all():
        bad = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(
            f"`{name}` holds {array[bad]} at entry {bad}; only finite numbers are allowed. Drop such entries first."
        )
    return array


def as_flags(name: str, values: ArrayLike) -> np.ndarray:
    """Return `values` as booleans, or say that they are none: any text, and NaN, would count as true.

    Args:
        name: The argument's name, for the message.
        values: Booleans, or the numbers 0 and 1, shape (n,).

    Raises:
        ValueError: If there is anything else.
    """
    array = np.asarray(values)
    if array.dtype == bool:
        return array
    if array.dtype.kind in "iuf" and np.isin(array, (0, 1)).all():
        return array.astype(bool)
    raise ValueError(
        f"`{name}` holds {array.dtype} values; true and false are allowed. Pass one boolean per entry."
    )


def check_same_length(first: str, a: Sequence | np.ndarray, second: str, b: Sequence | np.ndarray) -> None:
    """Refuse two vectors that should go entry by entry and do not."""
    if len(a) != len(b):
        raise ValueError(
            f"`{second}` has {len(b)} entries and `{first}` has {len(a)}; they must agree. Pass one per entry."
        )


def check_between(name: str, value: float | int, low: float | int, high: float | int) -> None:
    """Refuse a number outside the open interval (low, high)."""
    if not low < value < high:
        raise ValueError(
            f"`{name}` is {value}; a number above {low} and below {high} is allowed. Choose one in between."
        )


def check_resamples(resamples: int) -> None:
    """Refuse a bootstrap of nothing."""
    if resamples < 1:
        raise ValueError(f"`resamples` is {resamples}; 1 or more are needed. 2,000 are usual.")


def check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is none of those allowed."""
    if value not in allowed:
        raise ValueError(
            f"`{name}` is {value!r}; allowed are {', '.join(map(repr, allowed))}. Choose one of them."
        )


def check_increasing(name: str, values: np.ndarray) -> None:
    """Refuse an axis that does not strictly increase."""
    if (np.diff(values) <= 0).any():
        where = int(np.flatnonzero(np.diff(values) <= 0)[0])
        raise ValueError(
            f"`{name}` goes from {values[where]:g} to {values[where + 1]:g} at entry {where + 1}; "
            "strictly increasing values are allowed. Sort them and drop repeats."
        )


def as_counts(
    name: str, successes: ArrayLike, total_name: str, totals: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return successes and totals as integer vectors of one length, 0 <= successes <= totals, totals >= 1."""
    k, n = as_vector(name, successes), as_vector(total_name, totals)
    check_same_length(total_name, n, name, k)
    if (n < 1).any() or (n != np.round(n)).any():
        raise ValueError(
            f"`{total_name}` holds {n[(n < 1) | (n != np.round(n))][0]:g}; whole numbers of at least 1 are allowed. "
            "Leave out what was never tried."
        )
    wrong = (k < 0) | (k > n) | (k != np.round(k))
    if wrong.any():
        raise ValueError(
            f"`{name}` holds {k[wrong][0]:g} where `{total_name}` holds {n[wrong][0]:g}; "
            f"whole numbers from 0 to `{total_name}` are allowed. Pass counts, not shares."
        )
    return k.astype(np.int64), n.astype(np.int64)
