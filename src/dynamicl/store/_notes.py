"""Tags and notes of runs, for people: one small file in a library, beside the stores, which never change."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from dynamicl.files import convert, locked, make_folder, parse_json, read_regular, write_atomically
from dynamicl.specs import check

NAME = "notes.json"
REMEDY = "restore it from a copy, or delete it: it holds tags and notes alone"


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a run.

    Attributes:
        tags: single words, each once, in alphabetical order.
        text: a sentence, or "".
    """

    tags: tuple[str, ...] = ()
    text: str = ""


class _NoteShape(msgspec.Struct, forbid_unknown_fields=True):
    """A note as the file has it."""

    tags: list[str] = []
    text: str = ""


def read_notes(library: Path) -> dict[str, Note]:
    """Read the notes of a library.

    Args:
        library: its folder.

    Returns:
        Notes by run; none where nobody wrote any.

    Raises:
        SpecError: the file is damaged.
    """
    file = library / NAME
    try:
        content = read_regular(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    notes = {}
    for run, value in parse_json(content, dict, str(file), REMEDY).items():
        shape = convert(value, _NoteShape, str(file), REMEDY)
        notes[run] = Note(tuple(shape.tags), shape.text)
    return notes


def write_notes(library: Path, notes: Mapping[str, Note]) -> None:
    """Put notes beside those that are there.

    Args:
        library: its folder; made where there is none.
        notes: by run; one without tags and text takes the run's note away.

    Raises:
        SpecError: the file is damaged, or another process holds it.
        OSError: the disk refuses.
    """
    make_folder(library)
    with locked(library / NAME):
        together = {**read_notes(library), **notes}
        written = {
            run: {"tags": list(note.tags), "text": note.text}
            for run, note in sorted(together.items())
            if note != Note()
        }
        write_atomically(library / NAME, (json.dumps(written, indent=1) + "\n").encode())


def changed_note(
    note: Note, add: Iterable[str] = (), remove: Sequence[str] = (), text: str | None = None
) -> Note:
    """Change a note.

    Args:
        note: as it is.
        add: tags that it gets.
        remove: tags that it loses.
        text: its new text; None leaves it.

    Raises:
        SpecError: a tag is empty, or holds a blank or a comma.
    """
    for tag in (*add, *remove):
        check(
            bool(tag) and not any(letter.isspace() or letter == "," for letter in tag),
            f"`tag` is {tag!r}: give single words, without blanks and commas",
        )
    tags = tuple(sorted({*note.tags, *add} - {*remove}))
    return replace(note, tags=tags, text=note.text if text is None else text)
