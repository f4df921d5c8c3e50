"""Signals that ask to leave, between chunks: inside one, the old state is given up and the new one not yet there."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
"""What asks a program to leave: a person, a terminal that closes, a batch system before it preempts or time is up."""


class Stopped(KeyboardInterrupt):
    """A signal asked to leave.

    Attributes:
        number: of the signal; a command ends with 128 + number, so that a batch script can tell it from a refusal.
    """

    def __init__(self, number: int):
        super().__init__()
        self.number = number


class Interrupted(KeyboardInterrupt):
    """Training was stopped by a signal; what was done is committed. The message says how to go on.

    Attributes:
        number: of the signal: Ctrl-C's by default.
    """

    number: int = signal.SIGINT


def strike(number: int, frame: Any = None) -> None:
    """Leave at once: a signal's handler for programs whose own ends with them, which `held_back` holds back."""
    raise Stopped(number)


@contextlib.contextmanager
def leaving() -> Iterator[dict[int, Any]]:
    """Let every signal that asks to leave raise `Stopped`, whatever handler it had; in the main thread only.

    Yields:
        The handlers of before, by number, which are put back afterwards.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, strike) for number in SIGNALS}
    try:
        yield before
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextlib.contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Hold the signals that ask to leave back until somebody is ready for them; a second one strikes at once.

    Outside the main thread, and where a program has a handler of its own, nothing changes.

    Yields:
        What to call when ready; it raises `Stopped`, a `KeyboardInterrupt`, if a signal was held back.
    """
    waiting: list[int] = []

    def note(number: int, frame: Any) -> None:
        waiting.append(number)
        if len(waiting) > 1:
            raise Stopped(number)

    def ready() -> None:
        if waiting:
            raise Stopped(waiting[0])

    before = {}
    if threading.current_thread() is threading.main_thread():
        untouched = (signal.SIG_DFL, signal.default_int_handler, strike)
        before = {number: signal.getsignal(number) for number in SIGNALS}
        before = {number: handler for number, handler in before.items() if handler in untouched}
    for number in before:
        signal.signal(number, note)
    try:
        yield ready
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
