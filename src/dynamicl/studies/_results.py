"""Results as small files: verdicts in `claims.json`, and the dataset behind each in a file of its claim's name.

Both are read as something that anyone may have written: checked against a schema, and without control characters, which
a terminal would obey.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import xarray as xr

from dynamicl.files import make_folder, read_regular, write_atomically
from dynamicl.specs import SpecError

from ._experiment import Outcome
from ._plain import Plain, from_plain, to_plain
from ._verdict import Verdict

CLAIMS = "claims.json"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that move a cursor, colour a terminal or turn the direction of writing."""
T = TypeVar("T")


def write_outcome(folder: str | Path, outcome: Outcome) -> None:
    """Keep an outcome: its verdict in `claims.json` (replacing one of the same id), its data in `ID.json`.

    Processes that write into one folder wait for each other, so that none loses what another wrote.
    """
    folder = Path(folder)
    write_dataset(folder, outcome.verdict.id, outcome.data)
    write_verdicts(folder, [outcome.verdict])


def write_dataset(folder: str | Path, name: str, data: xr.Dataset) -> None:
    """Keep the dataset behind a verdict and a figure."""
    folder = Path(folder)
    make_folder(folder)
    content = msgspec.json.encode(to_plain(data))
    with _alone_in(folder):
        write_atomically(folder / f"{name}.json", content + b"\n")


def write_verdicts(folder: str | Path, verdicts: Iterable[Verdict]) -> None:
    """Put verdicts in the place of those of the same ids."""
    with _alone_in(Path(folder)):
        _replace(Path(folder), verdicts)


def read_verdicts(folder: str | Path) -> list[dict[str, Any]]:
    """Read the verdict records of a folder; none where there is no file.

    Raises:
        SpecError: the file holds no verdicts.
    """
    return [verdict.record() for verdict in verdicts_in(folder)]


def verdicts_in(folder: str | Path) -> list[Verdict]:
    """Read the verdicts of a folder; none where there is no file.

    Raises:
        SpecError: the file holds no verdicts.
    """
    path = Path(folder) / CLAIMS
    return _read(path, list[Verdict]) if path.exists() else []


def read_outcome(folder: str | Path, name: str) -> xr.Dataset:
    """Read the dataset behind a verdict.

    Raises:
        SpecError: there is no such file, or it holds no dataset.
    """
    path = Path(folder) / f"{name}.json"
    if not path.exists():
        raise SpecError(f"there is no result `{path}`: make it with `dynamicl reproduce {name}`")
    try:
        return from_plain(_read(path, Plain))
    except (ValueError, TypeError, OverflowError) as error:
        raise SpecError(_unreadable(path, error)) from None


def plain(value: T) -> T:
    """Replace control characters in all texts of a JSON-able value.

    >>> plain({"id": "two" + chr(27) + "lines"}) == {"id": "two" + chr(0xFFFD) + "lines"}
    True
    """
    if isinstance(value, str):
        return CONTROL.sub("\ufffd", value)  # type: ignore[return-value]
    if isinstance(value, list):
        return [plain(item) for item in value]  # type: ignore[return-value]
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}  # type: ignore[return-value]
    return value


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.convert(plain(msgspec.json.decode(read_regular(path))), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SpecError(_unreadable(path, error)) from None


def _unreadable(path: Path, error: Exception) -> str:
    reason = plain(str(error).partition("\n")[0]) or type(error).__name__
    return f"`{path}` cannot be read ({reason}): make it again with `dynamicl reproduce`"


def _replace(folder: Path, verdicts: Iterable[Verdict]) -> None:
    records = {verdict.id: verdict for verdict in verdicts_in(folder)}
    records |= {verdict.id: verdict for verdict in verdicts}
    content = msgspec.json.format(msgspec.json.encode(list(records.values())), indent=1)
    write_atomically(folder / CLAIMS, content + b"\n")


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the operating system drops when its holder dies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
