"""A folder of stores, searched by the hashes of runs: what was trained once is never trained again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import xarray as xr

from dynamicl.files import user_path
from dynamicl.specs import html_table

from ._errors import StoreError
from ._index import NAME
from ._reading import Outline, read_outline
from ._standing import stands_at
from ._store import Store
from ._trajectory import Trajectory

Stamp = tuple[int, int, int]
"""When an index was written, its number on the disk and its size: it is replaced, never changed, so these tell."""

Member = tuple[Store, int]
"""The store that holds a run, and the run's index there."""


class Library:
    """A folder of many cohorts.

    Nothing but the stores' own headers says what is where, so stores can be copied in, moved and deleted by
    hand. Searching reads the outlines of all stores, those that changed since the last search anew, and opens only the
    stores that hold what is searched: docs/performance.md says what that takes.

    Attributes:
        root: the folder; it need not exist yet.
    """

    def __init__(self, root: str | Path):
        """Open a library.

        Args:
            root: the folder.
        """
        self.root = user_path(root)
        self._outlines: dict[Path, tuple[Stamp, Outline | None]] = {}
        self._opened: dict[Path, tuple[Stamp, Store]] = {}
        self._problems: dict[Path, str] = {}

    def stores(self) -> tuple[Store, ...]:
        """List the stores, as of now, by name; folders that cannot be read are in `problems`."""
        self._problems = {}
        stamps = self._stamps()
        self._opened = {path: known for path, known in self._opened.items() if path in stamps}
        stores = [self._open(path, stamp) for path, stamp in stamps.items()]
        return tuple(store for store in stores if store is not None)

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
        return tuple(self.members())

    def find(self, run_hash: str) -> Member | None:
        """Find a run.

        Args:
            run_hash: hash of its spec.

        Returns:
            The store that has trained it furthest and its index there, or None.
        """
        return self.members([run_hash]).get(run_hash)

    def members(self, run_hashes: Iterable[str] | None = None) -> dict[str, Member]:
        """Find many runs at once, which takes one look at the library.

        Args:
            run_hashes: hashes of specs; None for all runs.

        Returns:
            By hash the store that has trained each furthest, and its index there; no entry for a run that no store
            holds.
        """
        wanted = None if run_hashes is None else set(run_hashes)
        members: dict[str, Member] = {}
        for path, stamp in self._stamps().items():
            outline = self._outline(path, stamp)
            # A store whose outline cannot be read says why when it is opened.
            if outline is not None and wanted is not None and wanted.isdisjoint(outline.header.runs):
                continue
            store = self._open(path, stamp)
            if store is None:
                continue
            for row, run in enumerate(store.runs):
                if (wanted is None or run in wanted) and (
                    run not in members or _standing(members[run]) < _standing((store, row))
                ):
                    members[run] = (store, row)
        return members

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
        members = self.members(run_hashes)
        for run in run_hashes or ():
            if run not in members:
                raise StoreError(
                    f"run {run!r} is in none of the {len(self._stamps())} stores of {self.root}; "
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
        return f"Library({str(self.root)!r}: {len(self.runs)} runs in {len(self._stamps())} stores)"

    def _repr_html_(self) -> str:
        """Show the runs in a notebook."""
        return self.trajectory()._repr_html_() if self.runs else html_table(repr(self), [], [])

    def _stamps(self) -> dict[Path, Stamp]:
        """List the folders that hold an index, by name, each with the stamp of that."""
        stamps = {}
        for index in sorted(self.root.glob(f"*/{NAME}")) if self.root.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                status = index.stat()
                stamps[index.parent] = (status.st_mtime_ns, status.st_ino, status.st_size)
        return stamps

    def _outline(self, path: Path, stamp: Stamp) -> Outline | None:
        """Return the outline of a store; None where it cannot be read."""
        known = self._outlines.get(path)
        if known is None or known[0] != stamp:
            try:
                known = (stamp, read_outline(path))
            except StoreError:
                known = (stamp, None)
            self._outlines[path] = known
        return known[1]

    def _open(self, path: Path, stamp: Stamp) -> Store | None:
        """Return a store as it was when its stamp was taken, or later; None where it cannot be opened."""
        known = self._opened.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            self._opened[path] = (stamp, Store.open(path))
        except (StoreError, OSError) as error:
            self._problems[path] = str(error)
            self._opened.pop(path, None)
            return None
        return self._opened[path][1]


def _standing(member: Member) -> tuple[int, bool]:
    """Say how far a run is in a store, and whether it is done there: of equals the one that is comes first."""
    store, row = member
    states = store.attributes.get("run_status", [""] * len(store.runs))
    return stands_at(store._index, row), states[row] in ("finished", "diverged")


def _rank(member: Member) -> tuple[bool, bool, str, str, int]:
    """Order runs as people count them: the oldest first, then forks, then runs that failed."""
    store, row = member
    start = json.loads(store.specs[row]).get("start", {})
    forked = isinstance(start, dict) and start.get("how") == "fork"
    states = store.attributes.get("run_status", [""] * len(store.runs))
    return states[row] == "failed", forked, str(store.header.get("created", "")), store.path.name, row
