"""Ctrl-C between chunks: inside one, the old state is given up and the new one not yet there."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back until somebody is ready for it; a second one strikes at once.

    Outside the main thread, and where a program has a handler of its own, nothing changes.

    Yields:
        What to call when ready; it raises the `KeyboardInterrupt` held back, if there is one.
    """
    asked = threading.Event()

    def note(number: int, frame: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    def ready() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield ready
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield ready
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
