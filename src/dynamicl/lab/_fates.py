"""Fates: fork a checkpoint under many data seeds, and see how many go the same way.

A fork experiment of many checkpoints is one population: every fork of every checkpoint runs in the same compiled
program, each from its own weights. Killed in the middle, the same call goes on where it was.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr

from dynamicl.specs import SpecError, check, check_list, from_json
from dynamicl.statistics import convergence_step, next_forks
from dynamicl.store import Library
from dynamicl.training import At, Recording, RunSpec

from ._pace import Listener, nobody
from ._population import train_population
from ._starts import check_start, fork
from .places import HERE, Place

Converged = Callable[[np.ndarray, np.ndarray], tuple[float, bool]]
"""From steps and accuracy to (time, whether it was observed)."""

HOLD = 3
"""Evaluations in a row that confirm convergence; forks with fewer behind them could never be seen to converge."""


@dataclass(frozen=True)
class Fates:
    """What became of forks.

    Attributes:
        data: dataset with dims (at, fork): `time` (convergence step, or the last step seen), `observed` (whether it
            converged), `diverged` (its loss left all bounds before it converged), `censored` (it was converging when it
            was last seen: what it would have done is not known), `data_seed`, `final_accuracy`; and `accuracy`
            (at, fork, step). A fork of which none of the three is true was followed to its end and did not converge.
        runs: ids of the forks, by step.
    """

    data: xr.Dataset
    runs: dict[int, tuple[str, ...]]

    def counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return steps, forks whose outcome is known, and how many of those converged.

        Forks that diverged are known not to have converged. Censored ones are left out, and so are steps at which all
        are; `censored` and `diverged` say how many there were.
        """
        known = self._there & ~self.data["censored"]
        forks, observed = (part.sum("fork").values for part in (known, self.data["observed"] & known))
        any_known = forks > 0
        return self.data["at"].values[any_known], forks[any_known], observed[any_known]

    def censored(self) -> np.ndarray:
        """Return how many forks of each step of `data` were last seen while they converged."""
        return (self.data["censored"] & self._there).sum("fork").values

    def diverged(self) -> np.ndarray:
        """Return how many forks of each step of `data` diverged."""
        return (self.data["diverged"] & self._there).sum("fork").values

    @property
    def _there(self) -> xr.DataArray:
        """Checkpoints may have different numbers of forks."""
        return self.data["data_seed"] >= 0


def seeds_of_forks(parent: RunSpec, step: int, count: int) -> list[int]:
    """Return data seeds for the forks at a step: the same at every call, none twice, none the parent's."""
    stream = np.random.default_rng([parent.seeds.init, parent.seeds.data, step])
    # One after the other, so that the first of many are those of few: more forks never repeat the earlier ones.
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        seed = int(stream.integers(2**30))
        if seed != parent.seeds.data:
            drawn[seed] = None
    return list(drawn)


def converged(
    steps: np.ndarray, accuracy: np.ndarray, tolerance: float = 0.01, hold: int = HOLD
) -> tuple[float, bool]:
    """Say when accuracy first stays within `tolerance` of 1 for `hold` evaluations, and whether it does."""
    found = convergence_step(steps, accuracy, tolerance=tolerance, hold=hold)
    return float(found.time), bool(found.observed)


def fate(
    library: str | Path,
    run: str,
    at: Sequence[int],
    forks: int | dict[int, int] = 30,
    *,
    steps: int | None = None,
    evaluate: Any = None,
    sequences: int = 0,
    optimizer: Literal["kept", "fresh"] = "kept",
    outcome: Converged = converged,
    hold: int = HOLD,
    command: str = "",
    listener: Listener = nobody,
    place: Place = HERE,
) -> Fates:
    """Fork a run at several checkpoints and follow every fork to its end.

    Args:
        library: folder of the library that holds the run.
        run: its id.
        at: checkpoints to fork, in updates.
        forks: data seeds at each of them, or how many by step.
        steps: updates of the forks, the parent's included; the parent's length by default.
        evaluate: schedule of their evaluations; the parent's by default.
        sequences: of each evaluator; the parent's number by default.
        optimizer: whether the optimizer's state is kept.
        outcome: says from steps and accuracy when and whether a run converged.
        hold: evaluations that `outcome` must see after a checkpoint to say so.
        command: that reproduces it.
        listener: told about progress.
        place: where the forks are trained.

    Returns:
        Times and fates, in `counts` without the forks of which they are not known.

    Raises:
        SpecError: what `plan_forks` refuses.
    """
    planned = plan_forks(
        library,
        run,
        at,
        forks,
        steps=steps,
        evaluate=evaluate,
        sequences=sequences,
        optimizer=optimizer,
        hold=hold,
    )
    trajectory = train_population(
        planned.specs,
        planned.recording,
        library,
        title=f"forks of {run}",
        command=command,
        listener=listener,
        place=place,
    )
    ids = iter(trajectory.runs)
    runs = {step: tuple(itertools.islice(ids, len(drawn))) for step, drawn in planned.seeds.items()}
    return Fates(_outcomes(trajectory.dataset, planned.seeds, outcome, hold), runs)


class PlannedForks(NamedTuple):
    """Forks before they are trained.

    Attributes:
        specs: of all forks, step after step.
        recording: what is kept of them.
        seeds: their data seeds, by step.
    """

    specs: list[RunSpec]
    recording: Recording
    seeds: dict[int, list[int]]


def plan_forks(
    library: str | Path,
    run: str,
    at: Sequence[int],
    forks: int | dict[int, int] = 30,
    *,
    steps: int | None = None,
    evaluate: Any = None,
    sequences: int = 0,
    optimizer: Literal["kept", "fresh"] = "kept",
    hold: int = HOLD,
) -> PlannedForks:
    """Describe the forks of `fate`, whose arguments these are; nothing is trained.

    Raises:
        SpecError: no such run or checkpoint; a checkpoint without the optimizer's state; a checkpoint so late that no
            fork of it could be seen to converge.
    """
    check_list(at, "at", "a list of checkpoints")
    for step in at:
        check(step >= 0, f"`at` has {step}: checkpoints count from 0")
    counts = forks if isinstance(forks, dict) else dict.fromkeys(at, forks)
    check(bool(at), "`at` is empty: name at least one checkpoint's step")
    check(len(set(at)) == len(at), f"`at` is {tuple(at)}: name each checkpoint once")
    check(
        all(counts.get(step, 0) >= 1 for step in at),
        f"`forks` is {forks}: give at least 1 for each step of `at`",
    )
    parent, recording = _parent(library, run)
    schedule = recording.evaluate if evaluate is None else evaluate
    _check_followed(schedule, at, parent.steps if steps is None else steps, hold)
    kept = Recording(
        evaluate=schedule,
        checkpoint=At(()),
        sequences=sequences or recording.sequences_of("train"),
        measures=(),
    )
    seeds = {step: seeds_of_forks(parent, step, counts[step]) for step in at}
    specs = [fork(parent, run, step, seed, steps, optimizer) for step in at for seed in seeds[step]]
    for step in at:
        check_start(Library(library), fork(parent, run, step, 0, steps, optimizer))
    return PlannedForks(specs, kept, seeds)


def _check_followed(schedule: Any, at: Sequence[int], end: int, hold: int) -> None:
    """Refuse checkpoints with fewer than `hold` evaluations behind them, before anything is trained."""
    check(hold >= 1, f"`hold` is {hold}: give 1 evaluation or more")
    for step in at:
        # A fork that has nothing left to do is refused where it is described.
        behind = _evaluations_behind(schedule, step, end, hold)
        check(
            behind >= hold or step >= end,
            f"a fork at step {step} of {end} steps is evaluated {behind} times after it, and {hold} are needed to see "
            f"it converge: raise `steps`, evaluate more often, or leave step {step} out",
        )


def _evaluations_behind(schedule: Any, step: int, end: int, most: int) -> int:
    """Count evaluations after a step, the one at the end among them; counting stops at `most`."""
    count = 0
    while step < end and count < most:
        step = min(schedule.following(step, ()), end)
        count += 1
    return count


def parent_curve(library: str | Path, run: str, outcome: Converged = converged) -> xr.Dataset:
    """Read a forked run's `accuracy` on its training distribution, by step, with its own `time` and `observed`."""
    data = Library(library).trajectory([run]).dataset[["accuracy"]].sel(evaluator="train").isel(run=0)
    time, observed = outcome(data["step"].values, data["accuracy"].values)
    return data.assign(time=time, observed=observed)


def _outcomes(data: xr.Dataset, seeds: dict[int, list[int]], outcome: Converged, hold: int) -> xr.Dataset:
    """Tabulate what became of forks; `data` has them in the order of `seeds`."""
    steps, accuracy = data["step"].values, iter(data["accuracy"].sel(evaluator="train").values)
    status = iter(data["status"].values)
    shape = (len(seeds), max(map(len, seeds.values())))
    table = {
        "time": np.full(shape, np.nan),
        "observed": np.zeros(shape, bool),
        "diverged": np.zeros(shape, bool),
        "censored": np.zeros(shape, bool),
        "data_seed": np.full(shape, -1),
        "final_accuracy": np.full(shape, np.nan),
    }
    curves = np.full((*shape, len(steps)), np.nan, np.float32)
    for i, (step, drawn) in enumerate(seeds.items()):
        for j, seed in enumerate(drawn):
            curve = curves[i, j] = next(accuracy)
            table["data_seed"][i, j] = seed
            there = np.isfinite(curve) & (steps >= step)
            # One that diverged before its first evaluation has none.
            time, observed = outcome(steps[there], curve[there]) if there.any() else (step, False)
            diverged = str(next(status)) == "diverged" and not observed
            table["time"][i, j], table["observed"][i, j], table["diverged"][i, j] = time, observed, diverged
            if there.any():
                table["final_accuracy"][i, j] = curve[there][-1]
                undecided = not observed and not diverged
                table["censored"][i, j] = undecided and _converging(steps[there], curve[there], outcome, hold)
    variables: dict[str, Any] = {name: (("at", "fork"), values) for name, values in table.items()}
    variables["accuracy"] = (("at", "fork", "step"), curves)
    return xr.Dataset(variables, {"at": list(seeds), "step": steps})


def _converging(steps: np.ndarray, accuracy: np.ndarray, outcome: Converged, hold: int) -> bool:
    """Tell whether a fork was converging when it was last seen.

    That is so where nothing but right answers from then on would date its convergence to what was seen of it.
    """
    later = steps[-1] + np.arange(1, hold + 1)
    time, observed = outcome(np.append(steps, later), np.append(accuracy, np.ones(hold, accuracy.dtype)))
    return bool(observed and time <= steps[-1])


def adaptive_fate(
    library: str | Path,
    run: str,
    within: Sequence[int],
    budget: int,
    *,
    first: int = 6,
    rounds: int = 6,
    **options: Any,
) -> Fates:
    """Spend a budget of forks where the fate is least known.

    Args:
        library: folder of the library that holds the run.
        run: its id.
        within: checkpoints that may be forked, rising.
        budget: forks in all.
        first: forks at each of the outermost and middle checkpoints in the first round; fewer where the budget is
            small.
        rounds: at most so many.
        options: of `fate`.

    Returns:
        Fates at every step that got forks.
    """
    allowed = np.asarray(sorted(within))
    check(len(allowed) >= 3, f"`within` has {len(allowed)} checkpoints: give at least 3")
    check(budget >= 3, f"`budget` is {budget}: give at least 3 forks")
    first = min(first, budget // 3)
    counts = {int(step): first for step in allowed[[0, len(allowed) // 2, -1]]}
    result = fate(library, run, sorted(counts), counts, **options)
    for _ in range(rounds):
        left = budget - sum(counts.values())
        if left < 1:
            break
        steps, forks, successes = result.counts()
        seen = {int(t): (int(n), int(k)) for t, n, k in zip(steps, forks, successes, strict=True)}
        if not seen:
            # Nothing is known yet of where to look.
            break
        share = min(left, max(2 * first, budget // rounds))
        wanted = next_forks(seen, share, first=max(1, min(first, share // 2)))
        for step, more in wanted.items():
            nearest = int(allowed[np.abs(allowed - step).argmin()])
            counts[nearest] = counts.get(nearest, 0) + more
        result = fate(library, run, sorted(counts), counts, **options)
    return result


def _parent(library: str | Path, run: str) -> tuple[RunSpec, Recording]:
    found = Library(library).find(run)
    if found is None:
        have = ", ".join(Library(library).runs[:5]) or "none"
        raise SpecError(f"run {run} is not in the library {library}: it holds {have}")
    store, row = found
    return from_json(store.specs[row]), from_json(store.header["recording"])
