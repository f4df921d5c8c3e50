"""One cohort of runs on disk.

A store is a folder: `index.json` says what is committed, `pieces/` holds it, one zip file of zarr arrays a
piece. A commit writes new pieces beside the old ones, flushes them and replaces the index by one rename, so a
kill at any moment loses at most the commit in flight. Reading needs no lock and never changes anything.

What it costs (sixteen runs of 66,000 parameters with Adam's state, fifteen recorded variables, two cores): about
0.02 s a commit of records alone, 0.07 s with the state for resuming, 0.1 s with a checkpoint as well, two or three
times that on a busy machine; the records of 500 commits open in half a second.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, SupportsIndex, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from dynamicl.files import user_path

from . import _series as series
from ._arrays import decode, encode
from ._audit import Repeat, repeated_checkpoints, verify_piece
from ._checks import check_attributes, check_header, check_records, check_runs, check_step, check_weights
from ._errors import NoStateError, StoreError
from ._index import Index, Piece
from ._lock import WriterLock
from ._opening import create_folder, take_over
from ._pieces import read_checkpoint, read_dataset, read_piece
from ._reading import read_index
from ._runs import find_run
from ._standing import checkpoint_at, steps_of
from ._transaction import Transaction, transaction

_Read = TypeVar("_Read")


class Store:
    """One cohort of runs on disk.

    Examples:
        >>> import tempfile, numpy as np, xarray as xr
        >>> folder = tempfile.mkdtemp() + "/cohort"
        >>> with Store.create(folder, {"runs": ["a1", "b2"], "specs": ["{}", "{}"]}) as store:
        ...     loss = xr.Dataset({"loss": (("run", "step"), np.ones((2, 1)))}, {"step": [100]})
        ...     store.commit(100, records=loss, checkpoint={"embed": np.zeros((2, 3))})
        >>> Store.open(folder).checkpoint(100, "b2")
        {'embed': array([0., 0., 0.])}
    """

    def __init__(self, path: Path, index: Index, lock: WriterLock | None):
        """Wrap a folder; use `Store.create` or `Store.open`."""
        self.path = path
        self._index = index
        self._lock = lock
        self._cache: dict[str, xr.Dataset] = {}

    @classmethod
    def create(cls, path: str | Path, header: Mapping[str, Any]) -> Store:
        """Make a new store, open for writing.

        Args:
            path: its folder: one that does not exist, or is empty.
            header: JSON-able, never changed afterwards; "runs" (hash of each run) and "specs" (JSON text of
                each) must be there; "title", "command", "versions", "machine", "created", "batch", ... become
                attributes of the dataset.

        Returns:
            The store.

        Raises:
            StoreError: something else is there, the header does not fit, or the disk refuses.
        """
        folder = user_path(path)
        return cls(folder, *create_folder(folder, check_header(header)))

    @classmethod
    def open(cls, path: str | Path, write: bool = False) -> Store:
        """Open a store.

        Args:
            path: its folder.
            write: to go on with it: takes the lock and cleans up what a killed writer left.

        Returns:
            The store as of now; `refresh` reads what was committed since.

        Raises:
            StoreError: there is none, it is of another version, or another process writes it.
        """
        folder = user_path(path)
        return cls(folder, *take_over(folder)) if write else cls(folder, read_index(folder), None)

    def close(self) -> None:
        """Give the lock back; reading stays possible."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}: {len(self.runs)} runs, step {self.step})"

    def refresh(self) -> Store:
        """Read what was committed since the store was opened.

        Returns:
            The store itself.
        """
        self._adopt(read_index(self.path))
        return self

    @property
    def header(self) -> Mapping[str, Any]:
        """What was given at creation."""
        return self._index.header

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What commits said last, by name."""
        return self._index.attributes

    @property
    def runs(self) -> tuple[str, ...]:
        """Hashes of the runs, in the order of the axis run."""
        return tuple(self.header["runs"])

    @property
    def specs(self) -> tuple[str, ...]:
        """Specs of the runs, as JSON text."""
        return tuple(self.header["specs"])

    @property
    def step(self) -> int:
        """The last committed step, or -1 before the first commit."""
        return self._index.step

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Steps at which weights were kept, rising."""
        return tuple(piece.last for piece in self._index.of("checkpoint"))

    def checkpoints_of(self, run: SupportsIndex | str) -> tuple[int, ...]:
        """Return the steps at which the weights of one run can be read, rising.

        Args:
            run: its hash or its index. Where it ends or diverged it stands still, while others of the store go on.

        Raises:
            StoreError: the run is not in this store.
        """
        return steps_of(self._index, self.row(run))

    def records(self) -> xr.Dataset:
        """Read all records.

        Returns:
            One dataset over every committed step; empty if there is none.
        """
        return self._retrying(lambda: series.read_series(self._index, "records", self.runs, self._load))

    def extras(self) -> xr.Dataset:
        """Read what was kept with the checkpoints beside weights: attention maps and the like.

        Returns:
            One dataset with dimension checkpoint; empty if there is none.
        """
        return self._retrying(lambda: series.read_series(self._index, "extras", self.runs, self._load))

    def checkpoint(self, step: int, run: SupportsIndex | str | None = None) -> dict[str, np.ndarray]:
        """Read weights, checked against their hash.

        Args:
            step: one of `checkpoints`; of a single run, one of `checkpoints_of` it.
            run: index or hash of the only run to read; None for all.

        Returns:
            Arrays by parameter name; leading axis run unless one run was asked for.

        Raises:
            StoreError: there is no such checkpoint or run, or the file is damaged.
        """
        row = None if run is None else self.row(run)

        def read() -> dict[str, np.ndarray]:
            piece = checkpoint_at(self._index, self.path, step, row)
            arrays = read_checkpoint(self.path, piece, self.runs, row)
            return {name: decode(array) for name, array in arrays.items()}

        return self._retrying(read)

    def state(self) -> tuple[int, dict[str, np.ndarray]]:
        """Read what it takes to go on exactly.

        Returns:
            The step at which it was kept, and its arrays by name.

        Raises:
            StoreError: none was kept, or the file is damaged.
        """

        def read() -> tuple[int, dict[str, np.ndarray]]:
            pieces = self._index.of("state")
            if not pieces:
                raise NoStateError(
                    f"store {self.path} holds no state to resume from; start its runs again, "
                    "or start new ones from a checkpoint"
                )
            arrays, _ = read_piece(self.path, pieces[-1])
            return pieces[-1].last, {name: decode(array) for name, array in arrays.items()}

        return self._retrying(read)

    def row(self, run: SupportsIndex | str) -> int:
        """Find a run.

        Args:
            run: its hash or its index.

        Returns:
            Its index along the axis run.

        Raises:
            StoreError: it is not in this store.
        """
        return find_run(run, self.runs, f"store {self.path}")

    def verify(self) -> None:
        """Read every committed piece and check its hash.

        Raises:
            StoreError: one is missing or damaged.
        """
        for piece in self._index.pieces:
            self._retrying(partial(self._verify, piece))

    def repeated_checkpoints(self) -> list[Repeat]:
        """Find checkpoints of a run that are the same bit for bit, though the run should have moved.

        From the step in the attribute `diverged_at` on a run is frozen, and is not expected to move.

        Returns:
            One entry for every set of equal checkpoints.
        """
        return self._retrying(lambda: repeated_checkpoints(self.path, self._index, self.runs))

    def commit(
        self,
        step: int,
        *,
        records: xr.Dataset | None = None,
        checkpoint: Mapping[str, ArrayLike] | None = None,
        extras: xr.Dataset | None = None,
        state: Mapping[str, ArrayLike] | None = None,
        attributes: Mapping[str, Any] = {},
    ) -> None:
        """Add to the store, all or nothing.

        Args:
            step: updates done so far; not below the last commit's.
            records: what was recorded since the last commit, by run, step and more. Of a variable without the
                dimension step the last commit's value holds.
            checkpoint: weights by parameter name, leading axis run; kept for good.
            extras: what to keep with the checkpoint (attention maps), by run and more, without a dimension for
                the step.
            state: everything needed to go on exactly, by name; only the newest is kept.
            attributes: JSON-able; added to those of former commits. `run_status` and `diverged_at` (one value
                a run), `status` and `seconds` have a meaning of their own in the dataset.

        Raises:
            StoreError: something given does not fit, or the disk refuses; the store is then as it was.
        """
        self._require_lock()
        check_step(step, self.step)
        attributes = {**self.attributes, **check_attributes(attributes, self.runs)}
        with self._changing() as change:
            change.index = replace(change.index, step=step, attributes=attributes)
            if records is not None:
                self._add_records(change, step, records)
            if checkpoint is not None:
                self._add_checkpoint(change, step, checkpoint)
            if extras is not None:
                self._add_extras(change, step, extras)
            if state is not None:
                change.drop(self._index.of("state"))
                change.add(
                    "state", (step, step), {name: encode(name, value) for name, value in state.items()}
                )

    def compact(self) -> None:
        """Merge the records, and the extras, into one piece each: worth it once a cohort is finished.

        Raises:
            StoreError: a piece is damaged, or the disk refuses.
        """
        with self._changing() as change:
            for kind in series.DIMS:
                series.merge(change, kind, self._load)

    def rewind(self, step: int) -> None:
        """Forget everything after a step: before going on from a state that is older than the last records.

        Attributes stay as they are, unless nothing is left; the next commit sets them.

        Args:
            step: the last step to keep; -1 for none, as if nothing had been trained.

        Raises:
            StoreError: a piece is damaged, or the disk refuses.
        """
        with self._changing() as change:
            for kind in series.DIMS:
                series.cut(change, kind, step, self._load)
            change.drop([piece for piece in change.index.pieces if piece.last > step])
            attributes = self.attributes if step >= 0 else {}
            change.index = replace(change.index, step=min(step, self.step), attributes=attributes)

    def _add_records(self, change: Transaction, step: int, records: xr.Dataset) -> None:
        records = check_records(records, self.runs, series.last_step(self._index, "records"), step)
        piece = series.append(change, "records", records, self._load)
        if piece.tier == 0:
            # It is read again when it is merged; a copy, because the caller may reuse its arrays.
            self._cache[piece.file] = records.copy(deep=True)

    def _add_checkpoint(self, change: Transaction, step: int, weights: Mapping[str, ArrayLike]) -> None:
        check_weights(weights, self.runs)
        if step in self.checkpoints:
            raise StoreError(
                f"`checkpoint` at step {step} is already kept; call `rewind({step - 1})` to replace it"
            )
        change.add("checkpoint", (step, step), {name: encode(name, value) for name, value in weights.items()})

    def _add_extras(self, change: Transaction, step: int, extras: xr.Dataset) -> None:
        if series.last_step(change.index, "checkpoint") != step:
            raise StoreError(f"`extras` at step {step} has no checkpoint there; give `checkpoint` with it")
        if {"step", "checkpoint"} & set(extras.dims):
            raise StoreError("`extras` has a dimension step or checkpoint; leave it out")
        extras = check_runs("extras", extras, self.runs)
        series.append(change, "extras", extras.expand_dims(checkpoint=np.array([step], np.int64)), self._load)

    def _adopt(self, index: Index) -> None:
        self._index = index
        named = {piece.file for piece in index.pieces}
        self._cache = {file: dataset for file, dataset in self._cache.items() if file in named}

    def _load(self, piece: Piece) -> xr.Dataset:
        """Read a piece of a series, keeping records in memory: they are small and read again and again."""
        if piece.file in self._cache:
            return self._cache[piece.file]
        dataset = read_dataset(self.path, piece, series.DIMS[piece.kind], self.runs)
        if piece.kind == "records":
            self._cache[piece.file] = dataset
        return dataset

    def _verify(self, piece: Piece) -> None:
        # A writer at work may have merged it away since.
        if piece in self._index.pieces:
            verify_piece(self.path, piece, self.runs)

    def _require_lock(self) -> None:
        if self._lock is None:
            raise StoreError(
                f"store {self.path} is open for reading; open it by `Store.open(path, write=True)` to change it"
            )

    @contextlib.contextmanager
    def _changing(self) -> Iterator[Transaction]:
        self._require_lock()
        try:
            with transaction(self.path, self._index) as change:
                yield change
        finally:
            # What happened is what the disk says: an interrupt may come before or after the rename.
            self.refresh()

    def _retrying(self, read: Callable[[], _Read]) -> _Read:
        """Read; when a writer has meanwhile merged or replaced a piece, read its new index and try again."""
        while True:
            before = self._index
            try:
                return read()
            except FileNotFoundError as error:
                # Only a writer at work explains it, and whoever writes leaves another index.
                if self.refresh()._index == before:
                    raise StoreError(
                        f"store {self.path} lacks {error.filename}, which its index names; "
                        "restore the file from a copy, or train again"
                    ) from None
