"""What an attack counts, and the reader that every attack on a store lets loose on it."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dynamicl.specs import DynamiclError
from dynamicl.store import Store

PATIENCE = 60.0
"""Seconds after which an answer counts as a hang, on a busy machine."""


@dataclasses.dataclass
class Count:
    """How an attack went.

    Attributes:
        name: of the attack.
        tried: cases.
        refused: cases answered with one line that names the problem.
        unharmed: cases in which everything read was what had been written.
        wrong: cases that were neither, each with what came out.
    """

    name: str
    tried: int = 0
    refused: int = 0
    unharmed: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)

    def take(self, case: str, outcome: str) -> None:
        """Count a case: its outcome is "refused", "unharmed", or what went wrong."""
        self.tried += 1
        if outcome == "refused":
            self.refused += 1
        elif outcome == "unharmed":
            self.unharmed += 1
        else:
            self.wrong.append(f"{case}: {outcome}")

    def line(self) -> str:
        """Write it as a row of the table."""
        return (
            f"| {self.name} | {self.tried:,} | {self.refused:,} | {self.unharmed:,} | {len(self.wrong):,} |"
        )


def come_of(work: Callable[[], object]) -> str:
    """Do something, and say what came of it.

    Returns:
        "refused" after one line of ours, "unharmed" where it was done, or what went wrong; slowness is wrong.
    """
    began = time.monotonic()
    try:
        work()
        came = "unharmed"
    except DynamiclError as error:
        came = "refused" if "\n" not in str(error) else f"more than one line: {error}"
    except SystemExit as left:
        came = "refused" if left.code in (0, 2) else f"exit {left.code}"
    except BaseException as error:
        came = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    return came if seconds < PATIENCE else f"took {seconds:.0f} s, then {came}"


def content(store: Store) -> dict[str, bytes]:
    """Read all that a store says, as bytes by name."""
    said = {"header": repr(dict(store.header)).encode(), "attributes": repr(dict(store.attributes)).encode()}
    for name, dataset in (("records", store.records()), ("extras", store.extras())):
        said |= {f"{name} {key}": np.asarray(value).tobytes() for key, value in dataset.variables.items()}
    for step in store.checkpoints:
        said |= {f"{step} {key}": value.tobytes() for key, value in store.checkpoint(step).items()}
    step, state = store.state()
    return said | {f"state {step} {key}": value.tobytes() for key, value in state.items()}


def outcome(folder: Path, whole: dict[str, bytes], write: bool = False) -> str:
    """Open a store, read all of it, and compare with what was written.

    Returns:
        "refused", "unharmed", or what went wrong.
    """
    try:
        store = Store.open(folder, write=write)
        try:
            read = content(store)
        finally:
            store.close()
    except DynamiclError as error:
        return "refused" if "\n" not in str(error) else f"more than one line: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "unharmed" if read == whole else "silently other content"
