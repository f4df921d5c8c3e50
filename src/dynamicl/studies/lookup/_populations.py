"""The populations that experiments share, and how their runs ended."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, convergence_step, find_transition
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Lab

from ._settings import EXACT, HOLD, LEFT, Setting, main_runs, other_batch_runs, runs_of_one, setting

CHECKPOINTS = 3
"""Evaluations from one checkpoint of the runs from scratch to the next."""
KINDS = ("exact", "stalled", "plateau")
LAST = 5
"""Evaluations whose mean is a run's final accuracy."""


class Jump(NamedTuple):
    """A phase change; NaN throughout where there is none.

    Attributes:
        found: whether `find_transition` finds one.
        time: of mid-height, in steps.
        width: from 10 to 90 %, in steps.
        before: level of the plateau before.
    """

    found: bool
    time: float
    width: float
    before: float


class Population(NamedTuple):
    """Trained runs.

    Attributes:
        chosen: the scale's numbers.
        trajectory: of the runs, in the order of their seeds.
        ends: see `ends`.
    """

    chosen: Setting
    trajectory: Trajectory
    ends: xr.Dataset

    @property
    def data(self) -> xr.Dataset:
        """All records on training sequences."""
        return self.trajectory.dataset.sel(evaluator="train")

    @property
    def exact(self) -> np.ndarray:
        """Indices of the runs that converged."""
        return np.flatnonzero(self.ends["converged"].values)


def one_head(lab: Lab) -> Population:
    """Train (or find) the one-head runs from scratch."""
    chosen = setting(lab.scale)
    return _with_ends(
        chosen, lab.train(main_runs(chosen), chosen.recording(CHECKPOINTS), "lookup: one-head runs")
    )


def two_heads(lab: Lab) -> Population:
    """Train (or find) the two-head runs from scratch."""
    chosen = setting(lab.scale)
    return _with_ends(
        chosen, lab.train(main_runs(chosen, 2), chosen.recording(CHECKPOINTS), "lookup: two-head runs")
    )


def parents(population: Population) -> list[int]:
    """Choose the runs that are forked: those of the lowest seeds that converged.

    Where too few did, the most accurate others make up the number, so that the code runs at any scale.
    """
    ends = population.ends
    order = np.lexsort((np.where(ends["converged"], 0, -ends["final_accuracy"]), ~ends["converged"].values))
    return [int(i) for i in order[: population.chosen.models]]


def one_initialisation(lab: Lab, population: Population) -> Population:
    """Train (or find) the runs from the first parent's initialisation under different data."""
    chosen = population.chosen
    runs = runs_of_one(chosen, parents(population)[0])
    return _with_ends(
        chosen, lab.train(runs, chosen.recording(), "lookup: one initialisation, many data seeds")
    )


def other_batch(lab: Lab) -> Population:
    """Train (or find) the runs with the other batch size."""
    chosen = setting(lab.scale)
    return _with_ends(
        chosen, lab.train(other_batch_runs(chosen), chosen.recording(), "lookup: other batch size")
    )


def converged(steps: np.ndarray, accuracy: np.ndarray) -> tuple[float, bool]:
    """Return S, the first of three evaluations in a row with accuracy above 0.95, and whether there is one."""
    found = convergence_step(steps, accuracy, tolerance=1 - EXACT, hold=HOLD)
    return float(found.time), bool(found.observed)


def ends(trajectory: Trajectory, plateau: float) -> xr.Dataset:
    """Say how every run ended.

    Returns:
        Over `run`: `time` (S, or the last step seen), `converged`, `final_accuracy` (mean of the last evaluations),
        `final_norm` (sum of squared parameters) and `kind`, one of `KINDS`: exact if it converged, else on the plateau
        if it ends within 0.1 of it, else stalled (or still climbing when it ended).
    """
    data = trajectory.dataset.sel(evaluator="train")
    accuracy = data["accuracy"].transpose("run", "step").values
    steps = data["step"].values
    found = [converged(steps, curve) for curve in accuracy]
    final = np.nanmean(accuracy[:, -LAST:], axis=1)
    observed = np.array([seen for _, seen in found])
    kind = np.where(observed, KINDS[0], np.where(final > plateau + LEFT, KINDS[1], KINDS[2]))
    norm = data["squared_norm"].transpose("run", "step").values[:, -1]
    return xr.Dataset(
        {
            "time": ("run", np.array([time for time, _ in found])),
            "converged": ("run", observed),
            "final_accuracy": ("run", final),
            "final_norm": ("run", norm),
            "kind": ("run", kind),
        }
    )


def too_few_exact(population: Population) -> str:
    """Say why nothing can be told of exact runs; "" where at least two converged."""
    found = len(population.exact)
    return f"{found} of {population.ends.sizes['run']} runs converged, fewer than 2" if found < 2 else ""


def counts(ended: xr.Dataset) -> dict[str, int]:
    """Count runs of each kind."""
    return {kind: int((ended["kind"] == kind).sum()) for kind in KINDS}


def told(ended: xr.Dataset) -> str:
    """Write how many runs ended in which way."""
    found = counts(ended)
    return (
        f"{found['exact']} exact, {found['stalled']} stalled below 1, {found['plateau']} still on the plateau"
    )


def jumps(population: Population, which: np.ndarray, name: str = "accuracy") -> list[Jump]:
    """Look for the phase change of a curve in some runs.

    Args:
        population: the runs.
        which: indices of those looked at.
        name: `accuracy`, or `train_loss`, which is a mean over the steps since the last evaluation and is therefore
            placed in the middle of them.
    """
    data = population.data
    steps = data["step"].values.astype(float)
    x = np.where(steps > 0, steps - population.chosen.every / 2, 0.0) if name == "train_loss" else steps
    found = []
    for i in which:
        curve = data[name].isel(run=int(i)).values
        # An accuracy of exactly 1 has no error of its own; one sequence is the least that can differ.
        options: dict[str, Any] = {}
        if name == "accuracy":
            floor = 1 / population.chosen.sequences
            options["standard_error"] = np.fmax(data["accuracy_error"].isel(run=int(i)).values, floor)
        jump = find_transition(x, curve, run=str(data["run"].values[i]), name=name, **options)
        levels = (_value(part) for part in (jump.time_steps, jump.width_steps, jump.before))
        found.append(Jump(jump.found, *levels))
    return found


def _value(interval: Interval | None) -> float:
    return float("nan") if interval is None else interval.value


def from_scratch_cost(scale: str) -> int:
    """Return the run-steps of the one-head runs from scratch (and of as many two-head runs)."""
    chosen = setting(scale)
    return chosen.seeds * chosen.steps


def one_initialisation_cost(scale: str) -> int:
    """Return the run-steps of the runs from one initialisation."""
    chosen = setting(scale)
    return chosen.data_seeds * chosen.fork_end


def other_batch_cost(scale: str) -> int:
    """Return the run-steps of the runs with the other batch size."""
    chosen = setting(scale)
    return chosen.other_runs * chosen.steps


def _with_ends(chosen: Setting, trajectory: Trajectory) -> Population:
    return Population(chosen, trajectory, ends(trajectory, chosen.plateau))
