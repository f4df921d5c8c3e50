"""What is read off learning curves here: ends, the jump, half-rises, curves aligned at the jump."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import SMOOTHING, crossing, running_median
from dynamicl.store import Trajectory

from ._settings import Setting, setting

SOLVED = 0.95
"""In-context accuracy of novel classes from which on a run counts as having found the in-context solution."""
SHARE_SOLVED = 5 / 6
"""Share of runs that must have found it where the document shows six that do."""
TENTHS = (0.1, 0.5, 0.9)
MEASURES = ("ila1_labels", "tila2", "cla", "tla2")
"""The four progress measures of Figure 4; ILA1 over the tokens that are labels."""
ALIGNED = np.linspace(-0.3, 0.3, 61)
"""Where aligned curves are compared: steps before and after accuracy passes one half, in units of those to there."""


def end_of(curves: np.ndarray) -> np.ndarray:
    """Return means over the last tenth of the evaluations, the last axis."""
    return np.asarray(curves[..., -max(1, curves.shape[-1] // 10) :].mean(axis=-1))


def curves_of(
    scale: Setting,
    trajectory: Trajectory,
    evaluators: Sequence[str] = ("novel",),
    measures: Sequence[str] = (),
) -> xr.Dataset:
    """Return learning curves (run, step).

    Args:
        scale: the scale's numbers.
        trajectory: the runs.
        evaluators: whose accuracy is wanted; their variables are named as they are, with `_` for `-`.
        measures: progress measures on novel classes.

    Returns:
        Those, and `loss` on the training distribution; attributes `labels`, `pairs`, `steps`, `paper_steps`.
    """
    data = trajectory.dataset
    accuracy = data["accuracy"].transpose("run", "step", "evaluator")
    curves = {name.replace("-", "_"): accuracy.sel(evaluator=name).values for name in evaluators}
    curves |= {name: data[f"{name}@novel"].transpose("run", "step").values for name in measures}
    curves["loss"] = data["loss"].sel(evaluator="train").transpose("run", "step").values
    return xr.Dataset(
        {name: (("run", "step"), values) for name, values in curves.items()},
        {"run": range(data.sizes["run"]), "step": data["step"].values},
        {
            "labels": scale.labels,
            "pairs": scale.pairs,
            "steps": int(data["step"].values[-1]),
            "paper_steps": setting("paper").steps,
        },
    )


def over(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Divide by times; NaN where a time is 0 or was not reached."""
    counted = np.isfinite(times) & (times > 0)
    return np.where(counted, values / np.where(counted, times, 1.0), np.nan)


class Jump(NamedTuple):
    """When curves rise, by run; NaN where they do not get that far.

    Attributes:
        t10: steps until 10 % of the way from the level before to the end.
        t50: until half.
        t90: until 90 %.
        solved: whether the end lies above `SOLVED`.
    """

    t10: np.ndarray
    t50: np.ndarray
    t90: np.ndarray
    solved: np.ndarray

    @property
    def abruptness(self) -> np.ndarray:
        """Width over time; NaN where the run did not solve the task."""
        return over(np.where(self.solved, self.t90 - self.t10, np.nan), self.t50)


def jump_of(data: xr.Dataset, before: float | int) -> Jump:
    """Find the jump of in-context accuracy (`novel`), from a level before it to each run's own end."""
    curves = data["novel"].transpose("run", "step").values
    end = end_of(curves)
    times = np.full((3, len(curves)), np.nan)
    for i, curve in enumerate(curves):
        if end[i] > before:
            levels = before + np.array(TENTHS) * (end[i] - before)
            times[:, i] = [first_above(data["step"].values, curve, level) for level in levels]
    return Jump(times[0], times[1], times[2], end > SOLVED)


def first_above(steps: np.ndarray, curve: np.ndarray, level: float) -> float:
    """Return when a smoothed curve first passes a level; NaN where it does not."""
    passed = crossing(steps, running_median(curve, SMOOTHING), level, direction="rising")
    return passed.time if passed.observed else np.nan


def passes_half(data: xr.Dataset) -> np.ndarray:
    """Return when in-context accuracy first passes one half, by run: where Figure 4 lays curves on each other.

    NaN for runs that do not come to the in-context solution.
    """
    curves = data["novel"].transpose("run", "step").values
    times = np.array([first_above(data["step"].values, curve, 0.5) for curve in curves])
    return np.where(end_of(curves) > SOLVED, times, np.nan)


def half_rises(data: xr.Dataset, measure: str) -> np.ndarray:
    """Return when each run's measure has made half of its way from its first value to its end."""
    curves = data[measure].transpose("run", "step").values
    levels = (curves[:, 0] + end_of(curves)) / 2
    return np.array(
        [first_above(data["step"].values, curve, level) for curve, level in zip(curves, levels, strict=True)]
    )


def aligned(
    data: xr.Dataset, names: Sequence[str], middle: np.ndarray, grid: np.ndarray = ALIGNED
) -> np.ndarray:
    """Return curves at times relative to the middle of each run's jump, shape (name, run, grid); NaN outside the run.

    Args:
        data: the curves.
        names: of the variables.
        middle: when in-context accuracy passes one half in each run; NaN leaves it out.
        grid: times, in units of that before and after it.
    """
    steps = data["step"].values
    table = np.full((len(names), len(middle), len(grid)), np.nan)
    for i, name in enumerate(names):
        curves = data[name].transpose("run", "step").values
        for j in np.flatnonzero(np.isfinite(middle)):
            times = middle[j] * (1 + grid)
            table[i, j] = np.interp(times, steps, curves[j], left=np.nan, right=np.nan)
    return table


def too_few(solved: np.ndarray) -> str:
    """Say why nothing can be said of a jump that most runs had not made by the end; empty where they had."""
    if solved.size and solved.mean() >= SHARE_SOLVED - 1e-9:
        return ""
    return f"only {int(solved.sum())} of {solved.size} runs found the in-context solution in the time"


def too_short(data: xr.Dataset, solved: np.ndarray) -> str:
    """Say why failing runs decide nothing: they were shorter than the document's; empty where none decides so."""
    steps, paper = data.attrs["steps"], data.attrs["paper_steps"]
    if not too_few(solved) or steps >= paper:
        return ""
    return f"{too_few(solved)}, {steps:,} updates; the document's have some {paper:,}"
