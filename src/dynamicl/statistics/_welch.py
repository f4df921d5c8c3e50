"""The difference of two means of samples whose spreads differ."""

import numpy as np


def difference_error(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return the standard error of a difference of means, and its degrees of freedom by Welch and Satterthwaite.

    Args:
        first: sample, shape (n,), n >= 2.
        second: sample, shape (m,), m >= 2.
    """
    parts = np.array([first.var(ddof=1) / first.size, second.var(ddof=1) / second.size])
    weight = float(np.sum(parts**2 / (np.array([first.size, second.size]) - 1)))
    return float(np.sqrt(parts.sum())), float(parts.sum() ** 2 / weight) if weight > 0 else 1.0
