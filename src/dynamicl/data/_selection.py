"""Reading "how many" or "which" arguments."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int64

Selection = None | int | Sequence[int] | np.ndarray
"""None for all, an integer n for the first n, or the indices themselves."""


def resolve(argument: str, selection: Any, available: int, remedy: str) -> Int64[np.ndarray, " n"]:
    """Turn a `Selection` into indices.

    Args:
        argument: Name of the argument, for messages: "classes" or "exemplars".
        selection: None, a count or distinct indices.
        available: How many there are.
        remedy: What to do if more are wanted, for messages.

    Returns:
        Indices, shape (n,).

    Raises:
        ValueError: Nothing, too many or what does not exist is asked for.
    """
    if selection is None:
        return np.arange(available)
    if np.ndim(selection) == 0:
        count = _count(argument, selection)
        if not 1 <= count <= available:
            raise ValueError(
                f"`{argument}` is {count} but there are {available}: ask for 1 to {available}, {remedy}"
            )
        return np.arange(count)
    indices = np.asarray(selection)
    if indices.ndim != 1 or not indices.size or not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(
            f"`{argument}` is {indices.dtype} {indices.shape}: give None, a count, or a flat list of distinct indices"
        )
    outside = indices[(indices < 0) | (indices >= available)]
    if outside.size:
        raise ValueError(
            f"`{argument}` holds {outside[0]} but there are {available}: indices go from 0 to {available - 1}; {remedy}"
        )
    values, counts = np.unique(indices, return_counts=True)
    if counts.max() > 1:
        raise ValueError(f"`{argument}` holds {values[counts.argmax()]} more than once: give each index once")
    return indices.astype(np.int64)


def _count(argument: str, selection: Any) -> int:
    try:
        if isinstance(selection, (bool, np.bool_)):
            raise TypeError
        return operator.index(selection)
    except TypeError:
        raise ValueError(
            f"`{argument}` is {selection!r}: give None for all, a count for the first few, or a list of indices"
        ) from None
