"""A folder of stores, searched by the hashes of runs: what was trained once is never trained again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from dynamicl.files import user_path
from dynamicl.specs import html_table

from ._errors import StoreError
from ._index import NAME
from ._store import Store
from ._trajectory import Trajectory


class Library:
    """A folder of many cohorts.

    Nothing but the stores' own headers says what is where, so stores can be copied in, moved and deleted by
    hand. A look costs a tenth of a millisecond a store the first time and a fortieth after; reading, about 15 a store.

    Attributes:
        root: the folder; it need not exist yet.
    """

    def __init__(self, root: str | Path):
        """Open a library.

        Args:
            root: the folder.
        """
        self.root = user_path(root)
        self._known: dict[Path, tuple[tuple[int, int, int], Store]] = {}
        self._problems: dict[Path, str] = {}

    def stores(self) -> tuple[Store, ...]:
        """List the stores, as of now, by name; folders that cannot be read are in `problems`."""
        known, self._known, self._problems = self._known, {}, {}
        if not self.root.is_dir():
            return ()
        for index in sorted(self.root.glob(f"*/{NAME}")):
            try:
                # The index is replaced, never changed, so these three tell whether it is the one read before.
                status = index.stat()
                stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
                seen = known.get(index.parent)
                store = seen[1] if seen is not None and seen[0] == stamp else Store.open(index.parent)
                self._known[index.parent] = (stamp, store)
            except (StoreError, OSError) as error:
                self._problems[index.parent] = str(error)
        return tuple(store for _, store in self._known.values())

    @property
    def problems(self) -> dict[Path, str]:
        """Folders with an index that could not be read, and why."""
        self.stores()
        return dict(self._problems)

    def complaints(self) -> list[str]:
        """Say, a line each, which stores could not be read: whoever shows a library shows these as well."""
        return [f"left out: {problem}" for problem in self.problems.values()]

    @property
    def runs(self) -> tuple[str, ...]:
        """Hashes of all runs, each once, by store."""
        return tuple(self._members())

    def find(self, run_hash: str) -> tuple[Store, int] | None:
        """Find a run.

        Args:
            run_hash: hash of its spec.

        Returns:
            The store that has trained it furthest and its index there, or None.
        """
        return self._members().get(run_hash)

    def trajectory(self, run_hashes: Sequence[str] | None = None) -> Trajectory:
        """Gather runs of any cohorts.

        Args:
            run_hashes: hashes of specs, in the order wanted; None for all runs, the oldest first, then forks, then
                runs that failed: what is added later changes no number of what was there.

        Returns:
            Their trajectory.

        Raises:
            StoreError: a run is not there or asked for twice, or there is no run.
        """
        members = self._members()
        for run in run_hashes or ():
            if run not in members:
                raise StoreError(
                    f"run {run!r} is in none of the {len(self._known)} stores of {self.root}; "
                    "train it, or list what there is by `Library.runs`"
                )
        if run_hashes is None:
            return Trajectory(sorted(members.values(), key=_rank))
        return Trajectory([members[run] for run in run_hashes])

    def select(self, run_hashes: Sequence[str]) -> xr.Dataset:
        """Read runs of any cohorts as one dataset.

        Args:
            run_hashes: hashes of specs, in the order wanted.

        Returns:
            One dataset; NaN where a run lacks a step, evaluator, layer or head of another.

        Raises:
            StoreError: a run is not there or asked for twice, or no run is asked for.
        """
        return self.trajectory(run_hashes).dataset

    def place(self, cohort_hash: str) -> Path:
        """Say where the store of a cohort belongs.

        Args:
            cohort_hash: a name without separators.

        Returns:
            The folder, which need not exist.

        Raises:
            StoreError: the name would lead outside the library.
        """
        if not cohort_hash or cohort_hash.startswith(".") or Path(cohort_hash).name != cohort_hash:
            raise StoreError(f"`cohort_hash` is {cohort_hash!r}; give a plain name, such as 3f2a9c01")
        return self.root / cohort_hash

    def __repr__(self) -> str:
        return f"Library({str(self.root)!r}: {len(self.runs)} runs in {len(self._known)} stores)"

    def _repr_html_(self) -> str:
        """Show the runs in a notebook."""
        return self.trajectory()._repr_html_() if self.runs else html_table(repr(self), [], [])

    def _members(self) -> dict[str, tuple[Store, int]]:
        members: dict[str, tuple[Store, int]] = {}
        for store in self.stores():
            for row, run in enumerate(store.runs):
                if run not in members or members[run][0].step < store.step:
                    members[run] = (store, row)
        return members


def _rank(member: tuple[Store, int]) -> tuple[bool, bool, str, str, int]:
    """Order runs as people count them: the oldest first, then forks, then runs that failed."""
    store, row = member
    start = json.loads(store.specs[row]).get("start", {})
    forked = isinstance(start, dict) and start.get("how") == "fork"
    states = store.attributes.get("run_status", [""] * len(store.runs))
    return states[row] == "failed", forked, str(store.header.get("created", "")), store.path.name, row
