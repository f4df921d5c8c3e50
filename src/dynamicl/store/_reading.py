"""Reading an index: nothing of it is believed before its hash, its shape and its names have been checked."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from dynamicl.files import convert, parse_json, read_regular
from dynamicl.specs import SpecError

from ._checks import check_attributes, check_header
from ._errors import StoreError
from ._identity import forged
from ._index import (
    COPY,
    FORMAT,
    HASH_BEGINS,
    HASH_ENDS,
    HASH_LENGTH,
    NAME,
    PIECES,
    VERSION,
    Index,
    Piece,
)
from ._lock import NAME as LOCK

READ = (1, VERSION)
"""Formats that are read. Format 1 had no hash of itself: it is read, and never written to."""

Step = Annotated[int, msgspec.Meta(ge=-1, le=2**53)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
FileName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{6,16}-(records|extras|checkpoint|state)--?[0-9]{1,16}(-[0-9a-f]{8})?\.zarr\.zip$"
    ),
]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class PieceShape(msgspec.Struct, forbid_unknown_fields=True):
    """A piece as the file has it."""

    kind: Literal["records", "extras", "checkpoint", "state"]
    first: Step
    last: Step
    file: FileName
    hash: Sha256
    tier: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0


class IndexShape(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    format: str
    version: int
    header: dict[str, Any]
    attributes: dict[str, Any]
    step: Step
    serial: Count
    pieces: list[PieceShape]
    commit: Count = 0


class ExamplesShape(msgspec.Struct):
    """Example sequences for the page."""

    tokens: list[list[str]] = []
    targets: list[str] = []


class HeaderShape(msgspec.Struct):
    """What a header may hold; unknown names are let pass, for whoever keeps something of their own there."""

    runs: list[str]
    specs: list[str]
    title: str = ""
    command: str = ""
    recording: str | None = None
    probes: dict[str, int] = {}
    versions: dict[str, str] = {}
    settings: dict[str, Any] = {}
    memory_bound: int | None = None
    machine: dict[str, Any] = {}
    layout: str = ""
    created: str = ""
    batch: Annotated[int, msgspec.Meta(ge=1, le=2**31)] = 1
    examples: ExamplesShape | None = None


class DoneShape(msgspec.Struct):
    """The last steps at which something was recorded."""

    evaluate: Step
    checkpoint: Step


class AttributesShape(msgspec.Struct):
    """What attributes may hold."""

    status: str = ""
    seconds: float = 0.0
    run_status: list[str] = []
    diverged_at: list[Step] = []
    done: DoneShape | None = None


def read_index(folder: Path, name: str = NAME) -> Index:
    """Read what a store holds.

    Args:
        folder: the store's folder.
        name: of the file, the index or its copy.

    Returns:
        Its index.

    Raises:
        StoreError: there is no store, none that this version can read, or its index is damaged; one line.
    """
    try:
        content = read_regular(folder / name)
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(_why_no_index(folder)) from None
    except OSError as error:
        raise StoreError(
            f"{folder / name} cannot be read ({error.strerror}); check its permissions and its disk"
        ) from error
    body, digest = _whole(folder, content)
    raw = _raw(folder, body)
    version = raw["version"]
    if (version == 1) != (digest == ""):
        raise StoreError(f"{folder / name} is damaged (it lacks the hash of itself); {_way_on(folder)}")
    what, remedy = f"{folder / name}", _way_on(folder)
    try:
        index = _index(convert(raw, IndexShape, what, remedy), digest)
        _check(index, what, remedy)
    except SpecError as error:
        raise StoreError(str(error)) from None
    return index


class OutlineHeader(msgspec.Struct):
    """Of a header, the names of the runs."""

    runs: list[str]


class Outline(msgspec.Struct):
    """What it takes to search many stores: the runs, and how far they are.

    Attributes:
        header: the names of the runs.
        step: the last committed one.
    """

    header: OutlineHeader
    step: int


def read_outline(folder: Path) -> Outline:
    """Read the outline of a store, held against the hash of its index; a tenth of what reading all of it takes.

    Whether the rest of the index is what it should be is found when the store is opened.

    Args:
        folder: the store's folder.

    Raises:
        StoreError: there is no index, or it is damaged; opening the store says more.
    """
    try:
        body, _ = _whole(folder, read_regular(folder / NAME))
        return msgspec.json.decode(body, type=Outline)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise StoreError(
            f"{folder / NAME} cannot be read ({error}): open the store to learn what to do"
        ) from None


def read_hash(folder: Path) -> str:
    """Read the hash that a store's index begins with; "" where there is none."""
    try:
        with (folder / NAME).open("rb") as stream:
            start = stream.read(len(HASH_BEGINS) + HASH_LENGTH)
    except OSError:
        return ""
    return start[len(HASH_BEGINS) :].decode(errors="replace")


def read_copy(folder: Path) -> Index | None:
    """Read the copy of the newest index; None where there is none that is whole."""
    try:
        return read_index(folder, COPY)
    except StoreError:
        return None


def _whole(folder: Path, content: bytes) -> tuple[bytes, str]:
    """Check the hash that the file begins with; return what follows and the hash, "" where there is none."""
    begins, ends = len(HASH_BEGINS), len(HASH_BEGINS) + HASH_LENGTH
    if not content.startswith(HASH_BEGINS) or content[ends : ends + len(HASH_ENDS)] != HASH_ENDS:
        return content, ""
    body = b"{" + content[ends + len(HASH_ENDS) :]
    digest = hashlib.sha256(body).hexdigest()
    if digest.encode() != content[begins:ends]:
        raise StoreError(
            f"{folder / NAME} is damaged (its content does not have the hash that it begins with); {_way_on(folder)}"
        )
    return body, digest


def _raw(folder: Path, body: bytes) -> dict[str, Any]:
    """Read the JSON, and see that it is a store's of a format that is known."""
    try:
        raw: Any = parse_json(body, Any, str(folder / NAME), _way_on(folder))
    except SpecError as error:
        damaged = "is damaged (nested too deeply)" if "nested" in str(error) else "is damaged (not JSON)"
        raise StoreError(f"{folder / NAME} {damaged}; {_way_on(folder)}") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise StoreError(
            f"{folder} is not a dynamicl store (its {NAME} is something else's); give the folder of a store"
        )
    version = raw.get("version")
    if type(version) is not int or version not in READ:
        raise StoreError(_why_not_this_version(folder, version, raw.get("header")))
    return raw


def _index(shape: IndexShape, digest: str) -> Index:
    pieces = tuple(Piece(**msgspec.structs.asdict(piece)) for piece in shape.pieces)
    return Index(
        shape.header,
        shape.attributes,
        shape.step,
        shape.serial,
        shape.commit,
        pieces,
        shape.version,
        digest,
    )


def _check(index: Index, what: str, remedy: str) -> None:
    """Check what a schema cannot say: that the parts of an index fit each other, and that ids are those of specs."""
    convert(index.header, HeaderShape, f"`header` of {what}", remedy)
    convert(index.attributes, AttributesShape, f"`attributes` of {what}", remedy)
    try:
        check_header(index.header)
        check_attributes(index.attributes, index.header["runs"])
    except StoreError as error:
        raise SpecError(f"{what} is damaged ({error}): {remedy}") from None
    names = [piece.file for piece in index.pieces]
    if len(set(names)) < len(names) or any(piece.first > piece.last for piece in index.pieces):
        raise SpecError(
            f"{what} is damaged (it names a piece twice, or one that ends before it begins): {remedy}"
        )
    for text in index.header["specs"]:
        parse_json(text.encode(errors="replace"), dict, f"a spec in {what}", remedy)
    wrong = forged(index.header) if index.version > 1 else []
    if wrong:
        raise SpecError(
            f"{what} calls a run {wrong[0]} whose spec gives another id: specs or ids were changed by hand; {remedy}"
        )


def _way_on(folder: Path) -> str:
    """Say what to do about a damaged index."""
    if (folder / COPY).is_file():
        return f"put {COPY}, the copy of the newest, in its place, or delete {folder} and train again"
    return f"restore it from a copy, or delete {folder} and train again"


def _why_no_index(folder: Path) -> str:
    if not folder.exists():
        return f"there is no store at {folder}; check the path, or train one there"
    if not folder.is_dir():
        return f"{folder} is a file, not a store; give the folder of a store"
    if (folder / COPY).is_file():
        return f"store {folder} has lost its {NAME}; put {COPY}, the copy of it, in its place"
    if (folder / PIECES).is_dir() or (folder / LOCK).exists():
        return f"{folder} is a half-written store: nothing in it was ever committed; delete the folder and train again"
    return f"{folder} is not a dynamicl store (no {NAME} in it); give the folder of a store"


def _why_not_this_version(folder: Path, version: Any, header: Any) -> str:
    versions: Mapping[str, Any] = header.get("versions", {}) if isinstance(header, dict) else {}
    writer = versions.get("dynamicl", "") if isinstance(versions, dict) else ""
    by = f" by dynamicl {writer}" if isinstance(writer, str) and writer else ""
    if type(version) is int and version > VERSION:
        return (
            f"store {folder} was written{by} in format {version}, newer than {VERSION}, the one read here; "
            "upgrade dynamicl"
        )
    return (
        f"store {folder} was written{by} in format {str(version)[:40]}, older than {VERSION}, the one read here; "
        "read it with the version that wrote it, or train its runs again"
    )
