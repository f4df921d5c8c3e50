"""P(t) for the page: per checkpoint, isotonic and logistic, with the steps of commitment.

The fate of the page is the parent's: where it did not converge, the chance of converging falls and the same fits are
made of its complement.
"""

from typing import Any

import numpy as np

from dynamicl.statistics import (
    commitment_step,
    fate_probabilities,
    fit_commitment,
    isotonic_commitment,
    isotonic_fate,
)

LEVELS = (0.5, 0.95)
GRID = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
CURVE = 120


def chances(at: np.ndarray, forks: np.ndarray, converged: np.ndarray, falling: bool) -> dict[str, Any]:
    """Estimate the probability of converging by checkpoint.

    Args:
        at: steps of the forks, increasing, shape (k,).
        forks: forks at each.
        converged: of which converged.
        falling: whether the fate in question is not to converge.

    Returns:
        `own` (value, low, high at each checkpoint); `isotonic` and `logistic`, or None where they cannot be fitted,
        each with `at`, `value`, `band` (polygon of [t, p]) and `commitment` ([value, low, high] for 50 and 95 %).
    """
    shared = forks - converged if falling else converged
    own = fate_probabilities(at, forks, converged)
    record: dict[str, Any] = {
        "at": at,
        "forks": forks,
        "converged": converged,
        "falling": falling,
        "own": np.stack([own.probability, own.low, own.high], axis=1),
        "isotonic": _isotonic(at, forks, shared) if len(at) > 1 else None,
        "logistic": _logistic(at, forks, shared),
    }
    if falling:
        for fit in (record["isotonic"], record["logistic"]):
            if fit:
                fit["value"] = 1 - fit["value"]
                fit["band"] = [[t, 1 - p] for t, p in fit["band"]]
    return record


def _isotonic(at: np.ndarray, forks: np.ndarray, shared: np.ndarray) -> dict[str, Any]:
    curve = isotonic_fate(at, forks, shared)
    band = [*zip(at, curve.low, strict=True), *zip(at[::-1], curve.high[::-1], strict=True)]
    steps = {str(round(100 * p)): list(isotonic_commitment(curve, p)) for p in LEVELS}
    return {
        "at": at,
        "value": curve.probability,
        "band": [list(point) for point in band],
        "commitment": steps,
    }


def _logistic(at: np.ndarray, forks: np.ndarray, shared: np.ndarray) -> dict[str, Any] | None:
    if not _rises(at, forks, shared):
        return None
    fit = fit_commitment(at, forks, shared)
    # The profile interval of the step at which P is p is, for all p together, the pointwise band of P as well.
    ends = [(p, commitment_step(fit, p)) for p in GRID]
    first, last = float(at[0]), float(at[-1])
    band = [[float(np.clip(found.low, first, last)), p] for p, found in ends]
    band += [[float(np.clip(found.high, first, last)), p] for p, found in reversed(ends)]
    grid = np.expm1(np.linspace(np.log1p(first), np.log1p(last), CURVE))
    steps = {str(round(100 * p)): list(commitment_step(fit, p)) for p in LEVELS}
    return {"at": grid, "value": fit.probability(grid), "band": band, "commitment": steps}


def _rises(at: np.ndarray, forks: np.ndarray, shared: np.ndarray) -> bool:
    """Tell whether there is a rise to fit: two checkpoints, both outcomes, the fate shared more often later on."""
    others = forks - shared
    if len(at) < 2 or not shared.sum() or not others.sum():
        return False
    place = np.log1p(at)
    return bool(np.average(place, weights=shared) > np.average(place, weights=others))
