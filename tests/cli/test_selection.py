"""Commands that choose runs of a library: runs, note, export, prune, merge."""

import csv
import io
import json
import shutil

import pytest

from dynamicl.store import Library, open_trajectory


@pytest.fixture
def own(library, tmp_path):
    """A copy of the trained library, to be changed."""
    shutil.copytree(library, tmp_path / "own")
    return tmp_path / "own"


def listed(dynamicl, *words):
    done = dynamicl("runs", *words, "--json")
    assert done.code == 0, done
    return json.loads(done.out)


def test_runs_are_filtered_and_sorted(dynamicl, library):
    both = listed(dynamicl, library, "--sort", "seeds.init", "--down")
    assert [row["settings"]["seeds.init"] for row in both] == [1, 0]
    first = listed(dynamicl, library, "--where", "seeds.init=0", "status=finished")
    assert [row["run"] for row in first] == [both[1]["run"]]
    assert listed(dynamicl, library, "--run", first[0]["run"][:6]) == first
    assert "`where` names no column or setting `rate`" in dynamicl("runs", library, "--where", "rate=1").line
    table = list(csv.DictReader(io.StringIO(dynamicl("runs", library, "--csv").out)))
    assert [row["seeds.init"] for row in table] == ["0", "1"]


def test_notes_are_shown_and_found(dynamicl, own):
    assert dynamicl(
        "note", own, "--where", "seeds.init=1", "--tag", "good", "--text", "a steady one"
    ).out == ("1 runs noted\n")
    (row,) = listed(dynamicl, own, "--where", "tags=good")
    assert (row["settings"]["seeds.init"], row["note"]) == (1, "a steady one")
    assert "#good, a steady one" in dynamicl("runs", own).out
    assert dynamicl("note", own, "--untag", "good").code == 0
    assert listed(dynamicl, own, "--where", "tags=good") == []
    assert "nothing to write" in dynamicl("note", own).line


def test_an_export_is_a_file_or_a_folder(dynamicl, own, tmp_path):
    run = open_trajectory(own).runs[0]
    done = dynamicl("export", own, tmp_path / "all.csv", "--variables", "loss", "accuracy")
    assert done == (0, f"2 runs in {tmp_path / 'all.csv'}\n", "")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))
    assert {row["variable"] for row in rows} == {"loss", "accuracy"} and {
        row["seeds.init"] for row in rows
    } == {
        "0",
        "1",
    }
    assert dynamicl("export", own, tmp_path / "all.nc", "--run", run).code == 0
    folder = tmp_path / "out"
    done = dynamicl("export", own, folder, "--run", run, "--title", "Mine", "--licence", "CC0-1.0")
    assert done.out == f"1 runs in {folder}, described in {folder / 'README.md'}\n"
    assert (folder / "README.md").read_text().startswith("# Mine\n") and open_trajectory(folder).runs == (
        run,
    )
    assert "`variables` is for a file" in dynamicl("export", own, tmp_path / "x", "--variables", "loss").line
    assert "no run is chosen" in dynamicl("export", own, tmp_path / "x", "--where", "status=failed").line


def test_pruning_says_what_it_deletes(dynamicl, own):
    run = next(row["run"] for row in listed(dynamicl, own) if row["settings"]["seeds.init"] == 0)
    done = dynamicl("prune", own, "--where", "seeds.init=0", "--dry-run")
    assert done.out.startswith(f"{run}  finished\n1 runs would be deleted (") and len(Library(own).runs) == 2
    assert "1 runs deleted" in dynamicl("prune", own, "--where", "seeds.init=0").out
    assert run not in Library(own).runs and len(Library(own).runs) == 1
    assert "nothing is chosen" in dynamicl("prune", own).line


def test_libraries_are_merged(dynamicl, own, tmp_path):
    run = open_trajectory(own).runs[0]
    dynamicl("export", own, tmp_path / "part", "--run", run)
    done = dynamicl("merge", tmp_path / "part", own, "--into", tmp_path / "all")
    assert done.code == 0 and "2 stores added, 0 trained further than here, 0 left as they were" in done.out
    assert sorted(Library(tmp_path / "all").runs) == sorted(Library(own).runs)
    assert "nowhere" in dynamicl("merge", tmp_path / "nowhere", "--into", tmp_path / "all").line
