"""What a worker does: it trains an order into its own library, and writes down how that ended.

It cuts its share to the devices and the memory that it finds. Whatever happens to it, what it committed is whole, and
another worker goes on from there.
"""

import contextlib
import gc
import importlib
import math
import os
import shutil
import socket
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import jax

from dynamicl.data import cache_folder
from dynamicl.files import locked
from dynamicl.specs import DynamiclError, Known, SpecError, from_json
from dynamicl.store import Library
from dynamicl.training import RunSpec, use_every_core

from .._interrupts import Stopped
from .._pace import Listener, Progress
from .._planning import left_to_do, resolved_runs
from ._lending import LENT
from ._orders import ORDER, Order, read_order
from ._place import Home
from ._tasks import LIBRARY, PULSE, REPORT, Pulse, Report, write

EVERY = 1.0
"""Seconds between two pulses."""
OUT_OF_MEMORY = "RESOURCE_EXHAUSTED"
"""How XLA says that a device has no memory left."""


def work(folder: Path, seconds: float = math.inf, say: Callable[[Pulse], None] | None = None) -> Report:
    """Train a task's order, or go on with it.

    Args:
        folder: the task's.
        seconds: after which it commits and leaves.
        say: takes the worker's pulse; a file in the folder does by default.

    Returns:
        How it ended; the same lies in the folder, for a driver that comes back later.
    """
    (folder / REPORT).unlink(missing_ok=True)
    use_every_core(str(Path(cache_folder()) / "compiled"))
    try:
        # Where a former worker of the task is not quite gone, and there are locks, it is waited for.
        with locked(folder / ORDER, patience=math.inf):
            order = read_order(folder)
            order.refuse_other_versions()
            for module in order.modules:
                importlib.import_module(module)
            _train(order, folder, _pulse_to(say or partial(write, folder / PULSE), seconds))
        report = Report("finished")
    except KeyboardInterrupt as stopped:
        report = Report("left", "it was asked to leave", getattr(stopped, "number", 0))
    except (SpecError, ImportError) as error:
        report = Report("refused", str(error))
    except Exception as error:
        traceback.print_exc()
        report = Report(
            "failed", str(error) if isinstance(error, DynamiclError) else f"{type(error).__name__}: {error}"
        )
    with contextlib.suppress(OSError):
        # A full disk: the driver then learns from the engine that the worker is gone.
        write(folder / REPORT, report)
    return report


def _train(order: Order, folder: Path, listener: Listener) -> None:
    specs = [from_json(text) for text in order.specs]
    library = Library(folder / LIBRARY)
    home = Home(library, from_json(order.recording), order.title, order.command, listener)
    with warnings.catch_warnings():
        # Said in the worker's log, and in the stores' records; nobody reads them here.
        warnings.simplefilter("default")
        train_in_halves(specs, home)
    for lent in library.root.glob(f"{LENT}*"):
        shutil.rmtree(lent)


def train_in_halves(runs: Sequence[RunSpec], home: Home) -> None:
    """Train runs; where the device has not enough memory for all of them at once, one half after the other.

    What the device had done of an unfinished cohort is given up: its halves are other cohorts.
    """
    from .._population import train_here

    known = Known()
    todo = left_to_do(resolved_runs(runs, known), home.recording, home.library, known)
    try:
        train_here(todo, home)
        return
    except Exception as error:
        if len(runs) < 2 or not is_out_of_memory(error):
            raise
    # Outside the clause above, which holds on to the arrays of the failed attempt.
    _forget_unfinished(todo.names, home.library)
    jax.clear_caches()
    gc.collect()
    half = len(runs) // 2
    train_in_halves(runs[:half], home)
    train_in_halves(runs[half:], home)


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether a device ran out of memory."""
    return isinstance(error, MemoryError) or (
        isinstance(error, jax.errors.JaxRuntimeError) and OUT_OF_MEMORY in str(error)
    )


def _forget_unfinished(names: Sequence[str], library: Library) -> None:
    members = library.members()
    paths = {members[name][0].path: members[name][0] for name in names if name in members}
    for path, store in paths.items():
        if store.attributes.get("status") != "finished":
            shutil.rmtree(path)


def _pulse_to(say: Callable[[Pulse], None], seconds: float) -> Listener:
    """Return a listener that says how far the worker is, and leaves when its time is up."""
    worker, last = f"{socket.gethostname()} {os.getpid()}", [0.0]
    until = time.monotonic() + seconds

    def listen(now: Progress) -> None:
        if time.monotonic() > until:
            raise Stopped(0)
        if time.monotonic() - last[0] >= EVERY:
            last[0] = time.monotonic()
            loss = now.loss if math.isfinite(now.loss) else None
            with contextlib.suppress(OSError):
                say(Pulse(worker, now.done, now.rate, loss))

    return listen
