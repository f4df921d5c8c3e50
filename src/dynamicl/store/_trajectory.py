"""What a population leaves, as one labelled dataset, whichever stores its runs lie in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, SupportsIndex

import numpy as np
import xarray as xr

from dynamicl.specs import html_table

from ._errors import StoreError
from ._merging import merge_runs
from ._runs import find_run
from ._settings import Value, as_array, settings_of
from ._standing import stands_at
from ._store import Store

SHORT_ID = 8
MOST_ROWS = 50
"""Of runs that a notebook shows."""


class Trajectory:
    """Some runs, wherever they lie.

    Attributes:
        members: the store of each run and its index there, in the order of the axis run.
    """

    def __init__(self, members: Sequence[tuple[Store, int]], settings: bool = False):
        """Gather runs.

        Args:
            members: store and index of each run; at least one, none twice.
            settings: give the dataset a coordinate for every setting in which the runs differ.

        Raises:
            StoreError: there is no run, or one is given twice.
        """
        self.members = tuple(members)
        self._with_settings = settings
        if not self.members:
            raise StoreError("there are no runs to select; give at least one run hash")
        if len(set(self.runs)) < len(self.runs):
            twice = next(run for run in self.runs if self.runs.count(run) > 1)
            raise StoreError(f"run {twice} is selected twice; give each run once")

    @cached_property
    def dataset(self) -> xr.Dataset:
        """All metrics and measures by dimension name: run, step, evaluator, layer, head, checkpoint, ...

        Steps, evaluators, layers and heads that a run does not have are NaN. With settings (`with_settings`, and
        whatever `open_trajectory` opens) each setting in which the runs differ is a coordinate along `run`, named by
        its dotted path: `optimizer.learning_rate`, `seeds.init`, `model.layers`, `clamps.0.strength`.
        """
        merged = merge_runs(self.members)
        if not self._with_settings:
            return merged
        return merged.assign_coords({name: ("run", as_array(v)) for name, v in self.settings.items()})

    def with_settings(self) -> Trajectory:
        """Return the same runs with a dataset that has their settings as coordinates."""
        return Trajectory(self.members, settings=True)

    @cached_property
    def settings(self) -> dict[str, list[Value]]:
        """Every setting in which the runs differ, by its dotted path: a value for each run, None where it has none."""
        return settings_of([json.loads(store.specs[row]) for store, row in self.members])

    @property
    def runs(self) -> tuple[str, ...]:
        """Hashes of the runs."""
        return tuple(store.runs[row] for store, row in self.members)

    @property
    def specs(self) -> dict[str, Any]:
        """Spec of each run by its hash, as plain dicts."""
        return {store.runs[row]: json.loads(store.specs[row]) for store, row in self.members}

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Steps at which weights of any run were kept, rising."""
        return tuple(sorted({step for store, row in self.members for step in store.checkpoints_of(row)}))

    @property
    def status(self) -> dict[str, str]:
        """Say whether each run, by its hash, is "running", "finished", "diverged" or "failed"."""
        status = self.dataset["status"]
        return dict(zip(self.runs, map(str, status.values), strict=True))

    def weights(self, run: SupportsIndex | str, step: int) -> dict[str, np.ndarray]:
        """Read the weights of one run, checked against their hash.

        Args:
            run: its hash, or its index along the axis run.
            step: one of its checkpoints.

        Returns:
            Arrays by parameter name.

        Raises:
            StoreError: there is no such run or checkpoint, or the file is damaged.
        """
        store, row = self.member(run)
        return store.checkpoint(step, row)

    def member(self, run: SupportsIndex | str) -> tuple[Store, int]:
        """Say where a run lies.

        Args:
            run: its hash, or its index along the axis run (a Python or NumPy integer).

        Returns:
            Its store, and its index there.

        Raises:
            StoreError: there is no such run.
        """
        return self.members[find_run(run, self.runs, "this trajectory")]

    def last_checkpoint(self, run: SupportsIndex | str) -> int:
        """Return the step of the last checkpoint of a run.

        Args:
            run: its hash, or its index along the axis run.

        Raises:
            StoreError: there is no such run, or no weights of it were kept.
        """
        store, row = self.member(run)
        kept = store.checkpoints_of(row)
        if not kept:
            raise StoreError(
                f"run {store.runs[row]} has no checkpoint in {store.path}: let it train on, or record checkpoints"
            )
        return kept[-1]

    def _repr_html_(self) -> str:
        """Show the runs in a notebook: what sets them apart, how far they are, how they ended."""
        names = [run[:SHORT_ID] for run in self.status]
        steps = [stands_at(store._index, row) for store, row in self.members]
        columns = [names, self.status.values(), steps, *self.settings.values()]
        rows = list(zip(*columns, strict=True))[:MOST_ROWS]
        return html_table(repr(self), ["run", "status", "step", *self.settings], rows)

    def __repr__(self) -> str:
        stores = {store.path for store, _ in self.members}
        return f"Trajectory({len(self.members)} runs from {len(stores)} stores)"
