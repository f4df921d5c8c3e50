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

from dynamicl.measures import convergence_step, next_forks
from dynamicl.specs import SpecError, check, from_json
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
    """Return data seeds for the forks at a step: different at every step, the same at every call, none the parent's."""
    stream = np.random.SeedSequence([parent.seeds.init, parent.seeds.data, step])
    drawn = np.random.default_rng(stream).choice(2**30, size=count + 1, replace=False)
    return [int(seed) for seed in drawn if seed != parent.seeds.data][:count]


def converged(steps: np.ndarray, accuracy: np.ndarray, tolerance: float = 0.01, hold: int = 3) -> tuple[float, bool]:
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
    check(all(n >= 1 for n in counts.values()), f"`forks` is {forks}: give at least 1")
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
    data = trajectory.dataset
    rows = iter(range(len(everyone)))
    accuracy = data["accuracy"].sel(evaluator="train").values
    most = max(counts.values())
    shape = (len(at), most)
    table = {
        "time": np.full(shape, np.nan),
        "observed": np.zeros(shape, bool),
        "data_seed": np.full(shape, -1),
        "final_accuracy": np.full(shape, np.nan),
    }
    curves = np.full((*shape, data.sizes["step"]), np.nan, np.float32)
    for i, step in enumerate(at):
        for j, seed in enumerate(seeds[step]):
            curve = accuracy[next(rows)]
            there = np.isfinite(curve) & (data["step"].values >= step)
            table["time"][i, j], table["observed"][i, j] = outcome(data["step"].values[there], curve[there])
            table["data_seed"][i, j], table["final_accuracy"][i, j] = seed, curve[there][-1]
            curves[i, j] = curve
    variables = {name: (("at", "fork"), values) for name, values in table.items()}
    kept_data = xr.Dataset(
        variables | {"accuracy": (("at", "fork", "step"), curves)}, {"at": list(at), "step": data["step"].values}
    )
    ids = iter(trajectory.runs)
    return Fates(kept_data, {step: tuple(next(ids) for _ in specs[step]) for step in at})


def adaptive_fate(
    library: str | Path, run: str, within: Sequence[int], budget: int, *, first: int = 6, rounds: int = 6, **options: Any
) -> Fates:
    """Spend a budget of forks where the fate is least known.

    Args:
        library: folder of the library that holds the run.
        run: its id.
        within: checkpoints that may be forked, rising.
        budget: forks in all.
        first: forks at each of the outermost and middle checkpoints in the first round.
        rounds: at most so many.
        options: of `fate`.

    Returns:
        Fates at every step that got forks.
    """
    allowed = np.asarray(sorted(within))
    check(len(allowed) >= 3, f"`within` has {len(allowed)} checkpoints: give at least 3")
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
