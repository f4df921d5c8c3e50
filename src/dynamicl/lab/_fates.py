"""Fates: fork a checkpoint under many data seeds, and see how many go the same way.

A fork experiment of many checkpoints is one population: every fork of every checkpoint runs in the same compiled
program, each from its own weights. Killed in the middle, the same call goes on where it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from dynamicl.specs import SpecError, check, from_json
from dynamicl.statistics import convergence_step, next_forks
from dynamicl.store import Library
from dynamicl.training import At, Recording, RunSpec

from ._population import Listener, nobody, train_population
from ._starts import fork

Converged = Callable[[np.ndarray, np.ndarray], tuple[float, bool]]
"""From steps and accuracy to (time, whether it was observed)."""


@dataclass(frozen=True)
class Fates:
    """What became of forks.

    Attributes:
        data: dataset with dims (at, fork): `time` (convergence step, or the last step seen), `observed` (whether it
            converged), `data_seed`, `final_accuracy`; and `accuracy` (at, fork, step).
        runs: ids of the forks, by step.
    """

    data: xr.Dataset
    runs: dict[int, tuple[str, ...]]

    def counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return steps, forks and how many of those converged."""
        there = self.data["data_seed"] >= 0
        observed = (self.data["observed"] & there).sum("fork").values
        return self.data["at"].values, there.sum("fork").values, observed


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
    steps: np.ndarray, accuracy: np.ndarray, tolerance: float = 0.01, hold: int = 3
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
    command: str = "",
    listener: Listener = nobody,
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
        command: that reproduces it.
        listener: told about progress.

    Returns:
        Times and fates; runs that did not converge are censored at their last step.

    Raises:
        SpecError: no such run or checkpoint; a checkpoint without the optimizer's state.
    """
    parent, recording = _parent(library, run)
    counts = forks if isinstance(forks, dict) else dict.fromkeys(at, forks)
    check(bool(at), "`at` is empty: name at least one checkpoint's step")
    check(len(set(at)) == len(at), f"`at` is {tuple(at)}: name each checkpoint once")
    check(
        all(counts.get(step, 0) >= 1 for step in at),
        f"`forks` is {forks}: give at least 1 for each step of `at`",
    )
    kept = Recording(
        evaluate=recording.evaluate if evaluate is None else evaluate,
        checkpoint=At(()),
        sequences=sequences or recording.sequences,
        measures=(),
    )
    seeds = {step: seeds_of_forks(parent, step, counts[step]) for step in at}
    specs = {step: [fork(parent, run, step, seed, steps, optimizer) for seed in seeds[step]] for step in at}
    everyone = [spec for step in at for spec in specs[step]]
    trajectory = train_population(
        everyone, kept, library, title=f"forks of {run}", command=command, listener=listener
    )
    ids = iter(trajectory.runs)
    runs = {step: tuple(next(ids) for _ in specs[step]) for step in at}
    return Fates(_outcomes(trajectory.dataset, seeds, outcome), runs)


def parent_curve(library: str | Path, run: str, outcome: Converged = converged) -> xr.Dataset:
    """Read a forked run's `accuracy` on its training distribution, by step, with its own `time` and `observed`."""
    data = Library(library).trajectory([run]).dataset[["accuracy"]].sel(evaluator="train").isel(run=0)
    time, observed = outcome(data["step"].values, data["accuracy"].values)
    return data.assign(time=time, observed=observed)


def _outcomes(data: xr.Dataset, seeds: dict[int, list[int]], outcome: Converged) -> xr.Dataset:
    """Tabulate what became of forks; `data` has them in the order of `seeds`."""
    steps, accuracy = data["step"].values, iter(data["accuracy"].sel(evaluator="train").values)
    shape = (len(seeds), max(map(len, seeds.values())))
    table = {
        "time": np.full(shape, np.nan),
        "observed": np.zeros(shape, bool),
        "data_seed": np.full(shape, -1),
        "final_accuracy": np.full(shape, np.nan),
    }
    curves = np.full((*shape, len(steps)), np.nan, np.float32)
    for i, (step, drawn) in enumerate(seeds.items()):
        for j, seed in enumerate(drawn):
            curve = curves[i, j] = next(accuracy)
            table["data_seed"][i, j] = seed
            there = np.isfinite(curve) & (steps >= step)
            if there.any():
                table["time"][i, j], table["observed"][i, j] = outcome(steps[there], curve[there])
                table["final_accuracy"][i, j] = curve[there][-1]
            else:
                # It diverged before its first evaluation.
                table["time"][i, j] = step
    variables: dict[str, Any] = {name: (("at", "fork"), values) for name, values in table.items()}
    variables["accuracy"] = (("at", "fork", "step"), curves)
    return xr.Dataset(variables, {"at": list(seeds), "step": steps})


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
        wanted = next_forks(seen, min(left, max(first, budget // rounds)))
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
