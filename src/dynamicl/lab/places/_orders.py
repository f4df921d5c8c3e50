"""What a worker is told to train: one file of JSON, with nothing in it that would be run."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dynamicl.files import parse_json, read_regular
from dynamicl.specs import SpecError, check, to_json
from dynamicl.store import Store
from dynamicl.training import RunSpec, plan

from .._machine import versions
from .._planning import Names
from ._place import Home

ORDER = "order.json"
IGNORED = "python"
"""Of the versions: Python itself computes nothing."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one worker trains.

    Attributes:
        runs: names of the runs.
        specs: their specs as JSON, in the same order.
        recording: what is kept of them, as JSON.
        title: of new cohorts.
        command: that reproduces them.
        versions: that the driver has; a worker with others refuses.
        modules: that register the specs' own kinds, to be imported first.
        steps: run-steps of all runs.
    """

    runs: list[str]
    specs: list[str]
    recording: str
    title: str = ""
    command: str = ""
    versions: dict[str, str] = {}
    modules: list[str] = []
    steps: int = 0

    def refuse_other_versions(self) -> None:
        """Raise `SpecError` where this process has other versions than those the order was written with."""
        here = versions()
        other = [
            f"{name} {version} (here {here.get(name, 'none')})"
            for name, version in sorted(self.versions.items())
            if name != IGNORED and here.get(name) != version
        ]
        check(
            not other,
            f"the order was written with {', '.join(other)}: install the same versions on every machine of the place",
        )


def orders_of(runs: Sequence[RunSpec], home: Home, runs_each: int) -> Iterator[Order]:
    """Cut runs into orders, by spec alone.

    Runs that share a program stay together; an order holds several programs where they are small.

    Args:
        runs: resolved; there may be none.
        home: where they belong.
        runs_each: the most runs of an order.
    """
    waiting: list[RunSpec] = []
    for cohort in plan(runs, home.known) if runs else []:
        for spec in cohort.runs:
            waiting.append(spec)
            if len(waiting) == runs_each:
                yield order_of(waiting, home)
                waiting = []
    if waiting:
        yield order_of(waiting, home)


def order_of(runs: Sequence[RunSpec], home: Home) -> Order:
    """Write an order for some runs."""
    names = Names(home.recording, home.known)
    texts = [to_json(spec, home.known) for spec in runs]
    return Order(
        runs=[names.of_text(text) for text in texts],
        specs=texts,
        recording=names.recording,
        title=home.title,
        command=home.command,
        versions=versions(),
        modules=_modules_of(runs),
        steps=sum(spec.steps for spec in runs),
    )


def order_to_go_on(store: Store, runs: Sequence[RunSpec], home: Home) -> Order:
    """Write an order to go on with a store that stopped half-way.

    Args:
        store: as it is at home.
        runs: its specs, read.
        home: where it belongs.
    """
    return Order(
        runs=list(store.runs),
        specs=list(store.specs),
        recording=to_json(home.recording),
        title=str(store.header.get("title", "")),
        command=str(store.header.get("command", "")),
        versions=versions(),
        modules=_modules_of(runs),
        steps=sum(spec.steps for spec in runs),
    )


def read_order(folder: Path) -> Order:
    """Read the order in a task's folder.

    Raises:
        SpecError: there is none, or it is damaged.
    """
    try:
        content = read_regular(folder / ORDER)
    except OSError as error:
        raise SpecError(
            f"`{folder}` holds no order ({error.strerror}): give a task's folder, which the driver made"
        ) from None
    return parse_json(content, Order, f"{folder / ORDER}", "delete the folder and give the command again")


def _modules_of(runs: Sequence[RunSpec]) -> list[str]:
    """Name the modules, other than this package's own, in which the specs' classes are defined.

    Raises:
        SpecError: a class is defined in a script, where a worker cannot find it.
    """
    modules: set[str] = set()
    seen: set[int] = set()
    for spec in runs:
        _gather_modules(spec, modules, seen)
    for name in modules:
        check(
            name != "__main__",
            "a spec's class is defined in the script that was started, where workers cannot find it: move it into a "
            "module of its own and import it",
        )
    return sorted(modules)


def _gather_modules(part: Any, modules: set[str], seen: set[int]) -> None:
    if isinstance(part, tuple):
        for item in part:
            _gather_modules(item, modules, seen)
    if not dataclasses.is_dataclass(part) or id(part) in seen:
        return
    seen.add(id(part))
    name = type(part).__module__
    if name.partition(".")[0] != __name__.partition(".")[0] and name in sys.modules:
        modules.add(name)
    for field in dataclasses.fields(part):
        _gather_modules(getattr(part, field.name), modules, seen)
