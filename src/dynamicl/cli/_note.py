"""`dynamicl note`: tags and notes of runs."""

import sys
from dataclasses import dataclass

from ._options import read_options
from ._selection import Selection, selected


@dataclass(frozen=True)
class NoteOptions(Selection):
    """Write tags or a note to the chosen runs; `dynamicl runs` shows them and finds runs by them.

    Attributes:
        tag: single words to add, e.g. `good`.
        untag: those to take away.
        text: a sentence; `""` takes the old one away.
    """

    tag: tuple[str, ...] = ()
    untag: tuple[str, ...] = ()
    text: str | None = None


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(NoteOptions, words, "note")
    from dynamicl.specs import check
    from dynamicl.store import Note, changed_note, library_of, read_notes, write_notes

    check(
        bool(options.tag or options.untag or options.text is not None),
        "nothing to write: give --tag, --untag or --text",
    )
    rows = selected(options)
    folder = library_of(options.library)
    notes = read_notes(folder)
    write_notes(
        folder,
        {
            row["run"]: changed_note(notes.get(row["run"], Note()), options.tag, options.untag, options.text)
            for row in rows
        },
    )
    sys.stdout.write(f"{len(rows)} runs noted\n")
    return 0
