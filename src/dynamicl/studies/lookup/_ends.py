"""How runs ended: exact, stalled, on the plateau or still climbing; and the phase changes of exact ones."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, convergence_step, find_transition, trend
from dynamicl.store import Trajectory
from dynamicl.studies._parts import Threshold

from ._settings import EXACT, HOLD, LEFT, Setting

KINDS = EXACT_KIND, STALLED, PLATEAU, CLIMBING = ("exact", "stalled", "plateau", "climbing")
LAST = 5
"""Evaluations whose mean is a run's final accuracy."""
LATELY = 0.1
"""Share of the evaluations at the end that is compared with as many before them, to see whether a run still climbs."""


class Ended(NamedTuple):
    """Trained runs and how they ended.

    Attributes:
        scale: the scale's numbers.
        trajectory: of the runs, in the order of their seeds.
        ends: see `ends`.
    """

    scale: Setting
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

    @property
    def curves(self) -> xr.Dataset:
        """How runs ended, with `accuracy` (run, step) and the seeds."""
        data = self.data
        accuracy = (("run", "step"), data["accuracy"].transpose("run", "step").values)
        seeds = np.arange(self.ends.sizes["run"])
        return self.ends.assign(accuracy=accuracy).assign_coords(
            seed=("run", seeds), step=data["step"].values
        )


def ended(scale: Setting, trajectory: Trajectory) -> Ended:
    """Say of trained runs how they ended."""
    return Ended(scale, trajectory, ends(trajectory, scale.plateau))


def converged(steps: np.ndarray, accuracy: np.ndarray) -> tuple[float, bool]:
    """Return S, the first of three evaluations in a row with accuracy above 0.95, and whether there is one."""
    first = convergence_step(steps, accuracy, tolerance=1 - EXACT, hold=HOLD)
    return float(first.time), bool(first.observed)


def ends(trajectory: Trajectory, plateau: float) -> xr.Dataset:
    """Say how every run ended.

    Returns:
        Over `run`: `time` (S, or the last step seen), `converged`, `final_accuracy` (mean of the last evaluations),
        `final_norm` (sum of squared parameters) and `kind`, one of `KINDS`: exact if it converged, else on the plateau
        if it ends within 0.1 of it, else climbing if it still was when it ended (`climbs`), else stalled.
    """
    data = trajectory.dataset.sel(evaluator="train")
    accuracy = data["accuracy"].transpose("run", "step").values
    times, observed = zip(*(converged(data["step"].values, curve) for curve in accuracy), strict=True)
    final = np.nanmean(accuracy[:, -LAST:], axis=1)
    kind = np.where(observed, EXACT_KIND, np.where(final > plateau + LEFT, STALLED, PLATEAU))
    norm = data["squared_norm"].transpose("run", "step").values[:, -1]
    return xr.Dataset(
        {
            "time": ("run", np.array(times)),
            "converged": ("run", np.array(observed)),
            "final_accuracy": ("run", final),
            "final_norm": ("run", norm),
            "kind": ("run", _without_climbing(kind, accuracy)),
        }
    )


def climbs(accuracy: np.ndarray) -> bool:
    """Say whether a curve still rises when it ends: its last tenth surely lies above the tenth before it (`trend`)."""
    tenth = max(1, round(LATELY * (accuracy.size - 1)))
    return trend([accuracy[-2 * tenth : -tenth], accuracy[-tenth:]]).holds


def _without_climbing(kind: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Call those of the stalled runs climbing that are."""
    still = [one == STALLED and climbs(curve) for one, curve in zip(kind, accuracy, strict=True)]
    return np.where(still, CLIMBING, kind)


def kinds(data: xr.Dataset) -> np.ndarray:
    """Return how runs ended; climbing ones are told from their curves where these were kept.

    Datasets that were measured before there was this kind call such runs stalled.
    """
    kind = data["kind"].values
    return _without_climbing(kind, data["accuracy"].values) if "accuracy" in data else kind


def fell_short(data: xr.Dataset) -> np.ndarray:
    """Say which runs left the plateau and are not exact, whether they stalled or still climb."""
    return np.isin(data["kind"].values, (STALLED, CLIMBING))


def counts(ends: xr.Dataset) -> dict[str, int]:
    """Count runs of each kind."""
    found = kinds(ends)
    return {kind: int((found == kind).sum()) for kind in KINDS}


def told(ends: xr.Dataset) -> str:
    """Write how many runs ended in which way."""
    number = counts(ends)
    between = f"{number[STALLED]} stalled below 1"
    if number[CLIMBING]:
        between += f", {number[CLIMBING]} still climbing"
    return f"{number[EXACT_KIND]} exact, {between}, {number[PLATEAU]} still on the plateau"


def too_few_exact(data: xr.Dataset) -> str:
    """Say why nothing can be told of exact runs, from `exact_runs` and `all_runs`; "" where at least two converged."""
    exact, total = int(data.attrs["exact_runs"]), int(data.attrs["all_runs"])
    return f"{exact} of {total} runs converged, fewer than 2" if exact < 2 else ""


def numbers(runs: Ended) -> dict[str, int]:
    """Count runs for `too_few_exact`."""
    return {"exact_runs": len(runs.exact), "all_runs": runs.ends.sizes["run"]}


class Jump(NamedTuple):
    """A phase change; NaN throughout where there is none.

    Attributes:
        seen: whether `find_transition` finds one.
        time: of mid-height, in steps.
        width: from 10 to 90 %, in steps.
        before: level of the plateau before.
    """

    seen: bool
    time: float
    width: float
    before: float


def jumps(runs: Ended, which: np.ndarray, name: str = "accuracy") -> list[Jump]:
    """Look for the phase change of a curve in some runs.

    Args:
        runs: the runs.
        which: indices of those looked at.
        name: `accuracy`, or `train_loss`, which is a mean over the steps since the last evaluation and is therefore
            placed in the middle of them.
    """
    data = runs.data
    steps = data["step"].values.astype(float)
    x = np.where(steps > 0, steps - runs.scale.every / 2, 0.0) if name == "train_loss" else steps
    jumped = []
    for i in which:
        run = data.isel(run=int(i))
        options: dict[str, Any] = {}
        if name == "accuracy":
            # An accuracy of exactly 1 has no error of its own; one sequence is the least that can differ.
            options["standard_error"] = np.fmax(run["accuracy_error"].values, 1 / runs.scale.sequences)
        jump = find_transition(x, run[name].values, name=name, **options)
        levels = (_value(part) for part in (jump.time_steps, jump.width_steps, jump.before))
        jumped.append(Jump(jump.found, *levels))
    return jumped


def _value(interval: Interval | None) -> float:
    return float("nan") if interval is None else interval.value


SHARP = 0.5
"""A jump is sharp where 10 to 90 % of it take less than this share of the time before it."""


def jump_table(runs: Ended) -> xr.Dataset:
    """Return accuracy curves, how runs ended, and the jump of the exact ones (NaN where none was seen)."""
    size, plateau = runs.ends.sizes["run"], runs.scale.plateau
    time, width, before = (np.full(size, np.nan) for _ in range(3))
    for i, jump in zip(runs.exact, jumps(runs, runs.exact), strict=True):
        time[i], width[i], before[i] = jump.time, jump.width, jump.before
    sharp = (width < SHARP * time) & (np.abs(before - plateau) < LEFT)
    return runs.curves.assign(
        jump_time=("run", time), jump_width=("run", width), jump_before=("run", before), sharp=("run", sharp)
    ).assign_attrs(plateau=plateau)


def open_while_climbing(bar: Threshold, ended: float, at_most: float) -> str:
    """Say that runs which still climb would decide a part.

    Args:
        bar: what is asked for, at least.
        ended: measured on the runs that have ended.
        at_most: the same, if all that still climb ended in its favour.
    """
    return "it hangs on runs that still climb" if ended < bar.value <= at_most else ""
