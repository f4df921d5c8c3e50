"""Copies of stores: all that is committed, or some runs of it, made beside their place and moved there whole."""

import secrets
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.files import make_folder, sync, write_atomically

from ._errors import NoStateError, StoreError, write_failure
from ._index import NAME, PIECES, VERSION, encode_index
from ._store import Store

DRAFTS = ".drafts"
"""Folder inside a library in which copies are prepared: no look at the library finds them there."""

PER_RUN = {"run_status", "diverged_at"}
"""Attributes of a store that hold one value a run."""


def copy_store(store: Store, target: Path) -> Path:
    """Copy what is committed of a store, whoever may be writing it meanwhile.

    Args:
        store: what to copy.
        target: the folder of the copy, inside a library; where a store is, it is replaced.

    Returns:
        The folder.

    Raises:
        StoreError: the store lacks a piece that its index names, or the disk refuses.
    """

    def fill(draft: Path) -> None:
        _copy_pieces(store, draft)

    return _placed(fill, target)


def copy_runs(
    store: Store,
    rows: Sequence[int],
    target: Path,
    *,
    header: Mapping[str, Any] = {},
    until: int | None = None,
    without_end: Collection[str] = (),
    blanked: Callable[[xr.Dataset], xr.Dataset] = lambda records: records,
    attributes: Mapping[str, Any] = {},
) -> Path:
    """Copy some runs of a store into a store of their own.

    Args:
        store: where they are.
        rows: their indices there.
        target: the folder of the copy, inside a library; where a store is, it is replaced.
        header: fields of the header that the copy has otherwise (`runs` and `specs` where the runs are renamed).
        until: the last step to copy; all by default. The state goes along where the runs stand there or before.
        without_end: `records` or `checkpoint`, where those of the very last step are left out.
        blanked: returns the records as the copy shall have them.
        attributes: what the copy says of itself otherwise.

    Returns:
        The folder.

    Raises:
        StoreError: a piece is damaged, or the disk refuses.
    """
    last = store.step if until is None else until
    own = [str(store.runs[row]) for row in rows]
    specs = [store.specs[row] for row in rows]
    described = {**store.header, "runs": own, "specs": specs, **header}
    said = dict(store.attributes)
    for name in said.keys() & PER_RUN:
        said[name] = [store.attributes[name][row] for row in rows]

    def fill(draft: Path) -> None:
        with Store.create(draft, described) as copy:
            records = blanked(_some(store.records(), rows, copy.runs))
            _copy_series(store, rows, copy, records, last, without_end)
            if last >= 0:
                copy.commit(last, state=_state(store, rows, last), attributes={**said, **attributes})
                copy.compact()

    return _placed(fill, target)


def _copy_series(
    store: Store,
    rows: Sequence[int],
    copy: Store,
    records: xr.Dataset,
    last: int,
    without_end: Collection[str],
) -> None:
    """Commit checkpoints with what was recorded up to each, then the records after the last of them."""
    recorded, kept = (last - (kind in without_end) for kind in ("records", "checkpoint"))
    extras = _some(store.extras(), rows, copy.runs)
    committed = -1
    for step in [step for step in store.checkpoints if step <= kept]:
        weights = {name: array[list(rows)] for name, array in store.checkpoint(step).items()}
        measured = extras.sel(checkpoint=step, drop=True) if step in extras.get("checkpoint", ()) else None
        before = _between(records, committed, min(step, recorded))
        copy.commit(step, records=before, checkpoint=weights, extras=measured or None)
        committed = step
    rest = _between(records, committed, recorded)
    if rest is not None:
        copy.commit(last, records=rest)


def _some(dataset: xr.Dataset, rows: Sequence[int], names: Sequence[str]) -> xr.Dataset:
    """Take runs out of a dataset, under the names that they have in the copy."""
    if "run" not in dataset.dims:
        return dataset
    return dataset.isel(run=list(rows)).assign_coords(run=list(names))


def _between(records: xr.Dataset, after: int, until: int) -> xr.Dataset | None:
    """Return the records of the steps after one and up to another; None where there are none."""
    if "step" not in records.dims:
        return None
    steps = records["step"].values
    part = records.isel(step=np.flatnonzero((steps > after) & (steps <= until)))
    return part if part.sizes["step"] else None


def _state(store: Store, rows: Sequence[int], last: int) -> dict[str, np.ndarray] | None:
    """Return the runs' part of the state, which has the leading axis run; None where it is later, or there is none."""
    try:
        step, arrays = store.state()
    except NoStateError:
        return None
    own = {name: array[list(rows)] if array.ndim else array for name, array in arrays.items()}
    # A run that ended before the others of its store stands where it ended.
    return own if int(np.max(own.get("step", step))) <= last else None


def _copy_pieces(store: Store, draft: Path) -> None:
    """Copy the files that the index names; where a writer merged one away meanwhile, begin again."""
    while True:
        index = store.refresh()._index
        shutil.rmtree(draft, ignore_errors=True)
        make_folder(draft / PIECES)
        try:
            for piece in index.pieces:
                shutil.copyfile(store.path / PIECES / piece.file, draft / PIECES / piece.file)
                sync(draft / PIECES / piece.file)
        except FileNotFoundError as error:
            if store.refresh()._index == index:
                raise StoreError(
                    f"store {store.path} lacks {error.filename}, which its index names: restore the file from a copy, "
                    "or delete the store and train again"
                ) from None
            continue
        # Format 1 has no hash in its index: it is copied as it is, since nobody writes it any more.
        old = index.version < VERSION
        write_atomically(draft / NAME, (store.path / NAME).read_bytes() if old else encode_index(index)[0])
        return


def _placed(fill: Callable[[Path], None], target: Path) -> Path:
    """Prepare a store in a draft folder, then move it to its place, in the place of what is there."""
    draft = target.parent / DRAFTS / f"{target.name}-{secrets.token_hex(4)}"
    try:
        make_folder(draft.parent)
        fill(draft)
        _move(draft, target)
    except OSError as error:
        raise write_failure(error, f"a copy at {target}", "what was there before is still there") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if draft.parent.is_dir() and not any(draft.parent.iterdir()):
            draft.parent.rmdir()
    return target


def _move(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
    else:
        replaced = draft.with_name(f"{draft.name}-replaced")
        # Nobody may be writing what is about to be replaced; opening it says who does.
        with Store.open(target, write=True):
            target.rename(replaced)
            draft.rename(target)
        shutil.rmtree(replaced)
    sync(target.parent)
