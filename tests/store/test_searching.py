"""A library is searched by outlines: only the stores that hold what is searched are opened."""

import json

import pytest

from dynamicl.store import Library, Store, StoreError
from dynamicl.store import _library as module
from dynamicl.store._reading import read_outline


def store(path, runs, step=10):
    with Store.create(path, {"runs": list(runs), "specs": ["{}"] * len(runs)}) as made:
        made.commit(step, attributes={"status": "finished"})


@pytest.fixture
def opened(monkeypatch):
    """Names of the stores that are opened, in order."""
    names, real = [], Store.open

    def note(path, write=False):
        names.append(path.name)
        return real(path, write)

    monkeypatch.setattr(module.Store, "open", note)
    return names


def test_only_the_store_that_holds_a_run_is_opened_and_once(tmp_path, opened):
    for name in "abc":
        store(tmp_path / name, [f"{name}1", f"{name}2"])
    library = Library(tmp_path)
    found = library.find("b2")
    assert (found[0].path.name, found[1]) == ("b", 1) and opened == ["b"]
    assert library.find("z") is None and library.find("b1")[1] == 0 and opened == ["b"]
    assert set(library.members(["a1", "c2", "nobody"])) == {"a1", "c2"} and opened == ["b", "a", "c"]


def test_outlines_follow_what_is_committed_copied_in_and_deleted(tmp_path, opened):
    store(tmp_path / "a", ["one"])
    library = Library(tmp_path)
    assert library.find("two") is None
    store(tmp_path / "b", ["two"])
    assert library.find("two")[0].path.name == "b"
    store(tmp_path / "c", ["two"], step=20)
    assert library.find("two")[0].step == 20
    with Store.open(tmp_path / "b", write=True) as further:
        further.commit(30)
    assert library.find("two")[0].step == 30


def test_a_damaged_index_is_a_problem_and_hides_nothing_else(tmp_path):
    store(tmp_path / "a", ["one"])
    store(tmp_path / "b", ["one"], step=20)
    text = (tmp_path / "b" / "index.json").read_text()
    (tmp_path / "b" / "index.json").write_text(text.replace('"step":20', '"step":99'))
    library = Library(tmp_path)
    assert library.find("one")[0].path.name == "a" and "is damaged" in library.problems[tmp_path / "b"]
    with pytest.raises(StoreError, match="is damaged"):
        read_outline(tmp_path / "b")
    (tmp_path / "b" / "index.json").write_text(json.dumps({"header": 3}))
    with pytest.raises(StoreError, match="cannot be read .*: open the store to learn what to do"):
        read_outline(tmp_path / "b")
