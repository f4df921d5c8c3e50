"""The noise of a curve over training: its size and how long it remembers, judged from the curve itself."""

from typing import NamedTuple

import numpy as np
import scipy


class Noise(NamedTuple):
    """First-order autoregressive noise: standard deviation of each point, shape (n,), and memory from 0 to below 1."""

    deviation: np.ndarray
    memory: float

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Draw `size` noise curves, shape (size, n)."""
        fresh = rng.standard_normal((size, self.deviation.size))
        fresh[:, 1:] *= np.sqrt(1 - self.memory**2)
        return self.deviation * scipy.signal.lfilter([1.0], [1.0, -self.memory], fresh, axis=1)


def fall_of(curve: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Fit the closest non-increasing sequence (isotonic regression), shape (n,)."""
    return scipy.optimize.isotonic_regression(curve, weights=weights, increasing=False).x


def roughness(curve: np.ndarray) -> float:
    """Estimate the noise of one point from second differences, robust to any smooth course and to a sharp drop."""
    bends = np.diff(curve, 2)
    return float(1.4826 * np.median(np.abs(bends)) / np.sqrt(6)) if bends.size else 0.0


def noise_about(curve: np.ndarray, error: np.ndarray | None = None) -> Noise:
    """Judge the noise of a falling curve from what the closest falling sequence leaves over.

    A smooth wander of the optimiser is noise as well: it does not average out between neighbours, hence the
    memory.

    Args:
        curve: Values, shape (n,).
        error: Known standard errors, shape (n,); the noise is at least this.

    Returns:
        The noise.
    """
    left = curve - fall_of(curve)
    power = float(np.sum(left**2))
    memory = float(np.clip(np.sum(left[1:] * left[:-1]) / power, 0, 0.98)) if power > 0 else 0.0
    least = np.full(curve.size, roughness(curve)) if error is None else error
    return Noise(np.maximum(least, np.sqrt(power / curve.size)), memory)
