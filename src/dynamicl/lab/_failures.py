"""Trainings that fail say so in their store, with the reason, instead of looking as if they ran for ever."""

import contextlib
from collections.abc import Iterator

from dynamicl.store import Store, StoreError

FAILED = "failed"
REASON = "failure"
"""Attribute of a store: why its training failed, in one line."""
LONGEST = 300


@contextlib.contextmanager
def failures_marked(store: Store) -> Iterator[None]:
    """Mark the runs of a store as failed where their training raises; whoever presses Ctrl-C fails nothing.

    Args:
        store: open for writing.
    """
    try:
        yield
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:LONGEST]
        marks = {"status": FAILED, "run_status": _statuses(store), REASON: reason}
        # A disk that is full may be the very reason.
        with contextlib.suppress(StoreError, OSError):
            store.commit(max(store.step, 0), attributes=marks)
        raise


def forget_failure(store: Store) -> None:
    """Take a store's failure back, since its training is tried again.

    Args:
        store: open for writing.
    """
    if store.attributes.get("status") != FAILED:
        return
    if "done" not in store.attributes:
        # Nothing was ever trained: the store is as after its creation.
        store.rewind(-1)
        return
    states = ["running" if state == FAILED else state for state in store.attributes["run_status"]]
    store.commit(store.step, attributes={"status": "running", "run_status": states, REASON: ""})


def _statuses(store: Store) -> list[str]:
    """Return the status of each run: those that diverged before did not fail."""
    before = store.attributes.get("run_status", ["running"] * len(store.runs))
    return [FAILED if state == "running" else state for state in before]
