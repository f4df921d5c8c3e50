"""Records and extras: series of datasets that grow by a piece a commit, and are merged as they grow."""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from ._datasets import concatenate, encode_dataset
from ._errors import StoreError
from ._index import Index, Piece
from ._transaction import Transaction

# So many pieces of one tier become one of the next: a store of n commits has at most 7 log8(n) pieces to open,
# and every record is written at most log8(n) times.
FAN = 8

DIMS = {"records": "step", "extras": "checkpoint"}

Load = Callable[[Piece], xr.Dataset]


def read_series(index: Index, kind: str, runs: Sequence[str], load: Load) -> xr.Dataset:
    """Put a series together.

    Args:
        index: of the store.
        kind: "records" or "extras".
        runs: hashes of the runs.
        load: reads a piece.

    Returns:
        One dataset that shares nothing with what `load` keeps.
    """
    pieces = index.of(kind)
    if not pieces:
        return xr.Dataset(coords={"run": list(runs), DIMS[kind]: np.zeros(0, np.int64)})
    return concatenate([load(piece) for piece in pieces], DIMS[kind]).copy(deep=True)


def last_step(index: Index, kind: str) -> int:
    """Say how far a series goes, or -1 where it is empty."""
    return max((piece.last for piece in index.of(kind)), default=-1)


def append(change: Transaction, kind: str, dataset: xr.Dataset, load: Load) -> Piece:
    """Add to a series; when enough pieces of one tier have gathered, merge them instead of adding one more.

    Args:
        change: the transaction.
        kind: "records" or "extras".
        dataset: what is new.
        load: reads a piece.

    Returns:
        The piece that holds it.
    """
    dim = DIMS[kind]
    # A piece that only updates variables without the dimension holds no step of its own.
    steps = dataset[dim].values if dim in dataset.dims else [last_step(change.index, kind)]
    first, last, tier = int(steps[0]), int(steps[-1]), 0
    while _is_due(tail := change.index.of(kind)[1 - FAN :], tier):
        try:
            dataset = concatenate([*map(load, tail), dataset], dim)
        except (StoreError, FileNotFoundError):
            # A damaged piece is a matter for whoever reads it, not a reason to stop a training.
            break
        change.drop(tail)
        first, tier = tail[0].first, tier + 1
    return change.add(kind, (first, last), *encode_dataset(dataset), tier)


def merge(change: Transaction, kind: str, load: Load) -> None:
    """Make one piece of a series.

    Args:
        change: the transaction.
        kind: "records" or "extras".
        load: reads a piece.
    """
    pieces = change.index.of(kind)
    if len(pieces) < 2:
        return
    dataset = concatenate([load(piece) for piece in pieces], DIMS[kind])
    change.drop(pieces)
    tier = max(piece.tier for piece in pieces) + 1
    change.add(kind, (pieces[0].first, pieces[-1].last), *encode_dataset(dataset), tier)


def cut(change: Transaction, kind: str, step: int, load: Load) -> None:
    """Forget what a series holds after a step.

    Args:
        change: the transaction.
        kind: "records" or "extras".
        step: the last step to keep.
        load: reads a piece.
    """
    dim = DIMS[kind]
    later = [piece for piece in change.index.of(kind) if piece.last > step]
    change.drop(later)
    for piece in later:
        if piece.first <= step:
            kept = load(piece).sel({dim: slice(None, step)})
            change.add(kind, (piece.first, int(kept[dim][-1])), *encode_dataset(kept), piece.tier)


def _is_due(tail: Sequence[Piece], tier: int) -> bool:
    return len(tail) == FAN - 1 and all(piece.tier == tier for piece in tail)
