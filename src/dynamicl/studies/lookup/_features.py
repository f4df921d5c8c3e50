"""What was recorded of runs up to a step, as features from which their fate may be predicted."""

import numpy as np
import xarray as xr

from ._ends import Ended

NORM = ("squared_norm",)
RULES = ("collect_accuracy", "readout_accuracy", "diagonal_accuracy")
HEADS = ("induction_strength", "previous_token_attention", "self_attention", "pattern_entropy")
LOSS = ("train_loss", "loss", "accuracy", "target_probability")
GRADIENT = ("gradient_norm", "evaluation_gradient_norm", "gradient_curvature")
SETS: dict[str, tuple[str, ...]] = {
    "norm": NORM,
    "rules": RULES,
    "attention": (*RULES, *HEADS),
    "loss": LOSS,
    "everything": (
        *NORM,
        *RULES,
        *HEADS,
        *LOSS,
        "accuracy_by_pairs",
        *GRADIENT,
        "part_norm",
        "logit_attribution",
    ),
}
LATELY = 3
"""Evaluations averaged for a curve's present value."""


def features(data: xr.Dataset, start: int, step: int) -> dict[str, np.ndarray]:
    """Make features from the curves of runs up to a step.

    Args:
        data: records on training sequences, with `run` and `step`.
        start: step from which on the runs are their own.
        step: the last that is looked at.

    Returns:
        By feature set, shape (run, feature): of every curve its present value (mean of the last three evaluations) and
        how far that is from its mean over the first half of what was seen. Curves that are not known for all runs are
        left out.
    """
    seen = data.sel(step=slice(start, step))
    return {name: _table(seen, variables) for name, variables in SETS.items()}


def by_pairs(runs: Ended) -> xr.Dataset:
    """Return records on training sequences, with `accuracy_by_pairs` (evaluator) where the number of pairs varies."""
    accuracy = runs.trajectory.dataset["accuracy"]
    data = runs.data.drop_vars("evaluator")
    others = accuracy.sel(
        evaluator=[str(one) for one in accuracy["evaluator"].values if str(one).startswith("n = ")]
    )
    return data.assign(accuracy_by_pairs=others) if others.size else data


def _table(seen: xr.Dataset, variables: tuple[str, ...]) -> np.ndarray:
    columns = [np.empty((seen.sizes["run"], 0))]
    for name in variables:
        if name not in seen:
            continue
        curves = seen[name].transpose("run", "step", ...).values
        curves = curves.reshape(*curves.shape[:2], -1)
        # The first record of a fork knows of no step yet.
        curves = curves[:, 1:] if curves.shape[1] > LATELY else curves
        half = max(1, curves.shape[1] // 2)
        now, before = curves[:, -LATELY:].mean(axis=1), curves[:, :half].mean(axis=1)
        columns += [now, now - before]
    table = np.concatenate(columns, axis=1)
    return table[:, np.isfinite(table).all(axis=0)]
