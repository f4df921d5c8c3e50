"""Logistic regression by iteratively reweighted least squares, with an L2 penalty; counts or labels."""

import numpy as np
import scipy


def fit_logits(
    design: np.ndarray, successes: np.ndarray, trials: np.ndarray, penalty: np.ndarray
) -> np.ndarray:
    """Maximise binomial log-likelihood - sum(penalty * weight^2) / 2 by Newton's method with step halving.

    Args:
        design: Regressors, shape (n, k).
        successes: Counts or labels, shape (n,).
        trials: Trials, shape (n,).
        penalty: L2 penalty of each weight, shape (k,).

    Returns:
        Weights, shape (k,).
    """

    def objective(weights: np.ndarray) -> float:
        logits = design @ weights
        gain = successes * scipy.special.log_expit(logits) + (trials - successes) * scipy.special.log_expit(
            -logits
        )
        return float(gain.sum() - penalty @ weights**2 / 2)

    weights, value = np.zeros(design.shape[1]), objective(np.zeros(design.shape[1]))
    for _ in range(100):
        probability = scipy.special.expit(design @ weights)
        gradient = design.T @ (successes - trials * probability) - penalty * weights
        curvature = (design.T * (trials * probability * (1 - probability))) @ design + np.diag(
            penalty + 1e-12
        )
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while size > 1e-6 and objective(weights + size * step) < value:
            size /= 2
        weights, before = weights + size * step, value
        value = objective(weights)
        if value - before < 1e-10 * (1 + abs(value)):
            break
    return weights
