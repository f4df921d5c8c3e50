"""Tags and notes."""

import pytest

from dynamicl.specs import SpecError
from dynamicl.store import Note, changed_note, read_notes, write_notes


def test_notes_are_kept_beside_the_stores(tmp_path):
    assert read_notes(tmp_path) == {}
    write_notes(tmp_path / "library", {"a": Note(("x",), "first"), "b": Note(("y",))})
    write_notes(tmp_path / "library", {"b": Note(), "c": Note(text="só")})
    assert read_notes(tmp_path / "library") == {"a": Note(("x",), "first"), "c": Note(text="só")}


def test_tags_come_and_go():
    note = changed_note(Note(("b",), "text"), add=("a", "b"), remove=("c",))
    assert note == Note(("a", "b"), "text")
    assert changed_note(note, remove=("a",), text="") == Note(("b",), "")
    for bad in ("", "two words", "a,b"):
        with pytest.raises(SpecError, match="`tag` is .*give single words"):
            changed_note(note, add=[bad])


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '{"a": {"tag": []}}'])
def test_a_damaged_file_is_not_believed(tmp_path, content):
    (tmp_path / "notes.json").write_text(content)
    with pytest.raises(SpecError, match=r"notes\.json is not what it should be .*: restore it from a copy"):
        read_notes(tmp_path)
