"""Lists, filters, clearing up, handing on."""

import csv
import io

import numpy as np
import pytest
import xarray as xr

import dynamicl
from dynamicl.lab import export, in_order, matching, prune, rows_of, write_table
from dynamicl.lab._shelf import card_of
from dynamicl.specs import SpecError
from dynamicl.store import Library, Note, Store, StoreError, cohort_name, open_trajectory, write_notes

from .shelves import RATES, shelve


@pytest.fixture
def library(tmp_path):
    """Three finished runs, two of them in one store, and one that failed."""
    folder = tmp_path / "library"
    about = {
        "command": "dynamicl train",
        "versions": {"jax": "1"},
        "machine": {"devices": "1 x cpu", "system": "L"},
    }
    shelve(folder / "one", ["aaaa01", "bbbb02"], created="2026-01-01", **about)
    shelve(folder / "two", ["cccc03"], created="2026-01-02", title="two", **about)
    shelve(folder / "bad", ["dddd04"], status="failed", steps=(0,), created="2025-01-01")
    write_notes(folder, {"bbbb02": Note(("good", "kept"), "the steady one")})
    return folder


def names(rows):
    return [row["run"] for row in rows]


def test_rows_say_what_runs_are(library):
    rows = rows_of(open_trajectory(library))
    assert names(rows) == ["aaaa01", "bbbb02", "cccc03", "dddd04"]
    first, second, _, failed = rows
    assert first["settings"] == {"optimizer.learning_rate": 0.001, "seeds.init": 0}
    assert (first["status"], first["step"], first["steps"], first["checkpoints"]) == ("finished", 20, 20, 1)
    assert (first["accuracy"], first["loss"]) == (0.201, 0.799)
    assert (second["tags"], second["note"]) == (["good", "kept"], "the steady one") and first["tags"] == []
    assert (failed["status"], failed["failure"]) == ("failed", "ValueError: broken") and first[
        "failure"
    ] == ""
    size = sum(file.stat().st_size for file in (library / "one").rglob("*") if file.is_file())
    assert first["megabytes"] == pytest.approx(size / 2e6, abs=1e-3)


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        (["status=failed"], ["dddd04"]),
        (["status!=failed", "learning_rate>=1e-2"], ["bbbb02", "cccc03"]),
        (["optimizer.learning-rate=0.0010"], ["aaaa01"]),
        (["accuracy > 0.25"], ["cccc03", "dddd04"]),
        (["accuracy<=0.201"], ["aaaa01"]),
        (["tags=good"], ["bbbb02"]),
        (["tags!=good"], ["aaaa01", "cccc03", "dddd04"]),
        (["init=9"], ["dddd04"]),
        ([], ["aaaa01", "bbbb02", "cccc03", "dddd04"]),
    ],
)
def test_conditions_choose_runs(library, conditions, chosen):
    assert names(matching(rows_of(open_trajectory(library)), conditions)) == chosen


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("tags>good", "of a list give = or !="),
        ("accuracy<10%", "`where` compares `accuracy`, a number, with '10%'"),
        ("init!=0,1", "`where` compares `seeds.init`, a number, with '0,1'"),
        ("loss<nan", "a number, with 'nan'"),
    ],
)
def test_conditions_that_compare_what_cannot_be_compared_are_refused(library, condition, message):
    """Read as text they would choose runs that nobody meant, to be pruned perhaps."""
    with pytest.raises(SpecError, match=message):
        matching(rows_of(open_trajectory(library)), [condition])


def test_runs_are_chosen_by_the_beginning_of_their_ids(library):
    rows = rows_of(open_trajectory(library))
    assert names(matching(rows, runs=["cccc", "aaaa01"])) == ["aaaa01", "cccc03"]
    for bad in ("eeee", ""):
        with pytest.raises(SpecError, match="ids begin: list them with `dynamicl runs`"):
            matching(rows, runs=[bad])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("good", "`where` is 'good': give NAME=VALUE"),
        ("rate=1", "names no column or setting `rate` in which runs differ: did you mean"),
        ("=1", "give NAME=VALUE"),
    ],
)
def test_conditions_that_mean_nothing(library, condition, message):
    with pytest.raises(SpecError, match=message):
        matching(rows_of(open_trajectory(library)), [condition])


def test_rows_are_sorted(library):
    rows = rows_of(open_trajectory(library))
    assert names(in_order(rows, "learning_rate", down=True)) == ["dddd04", "cccc03", "bbbb02", "aaaa01"]
    assert names(in_order(rows, "run")) == sorted(names(rows))
    rows[0]["accuracy"] = None
    assert (
        names(in_order(rows, "accuracy", down=True))[-1] == "aaaa01" == names(in_order(rows, "accuracy"))[-1]
    )
    with pytest.raises(SpecError, match="`sort` names no column"):
        in_order(rows, "beauty")


def test_a_name_that_may_be_several_settings(library):
    rows = [{"run": "a", "settings": {"task.size": 1, "model.size": 2}}]
    with pytest.raises(
        SpecError, match="`where` names `size`, which may be `task.size`, `model.size`: give one"
    ):
        matching(rows, ["size=1"])


def test_pruning_deletes_runs_and_leaves_the_others_as_they_were(library):
    before = open_trajectory(library).dataset.sel(run="aaaa01")
    assert prune(library, ["bbbb02", "dddd04"]) == 2
    assert sorted(Library(library).runs) == ["aaaa01", "cccc03"]
    left = open_trajectory(library)
    assert left.dataset["accuracy"].sel(run="aaaa01").dropna("step").equals(before["accuracy"].dropna("step"))
    assert left.weights("aaaa01", 20)["w"].tolist() == [0, 1, 2]
    with pytest.raises(
        StoreError, match=r"run 'bbbb02' is not in the library .*: list it with `dynamicl runs`"
    ):
        prune(library, ["bbbb02"])
    with Store.open(library / "two", write=True), pytest.raises(StoreError, match="is being written"):
        prune(library, ["cccc03"])


def test_pruning_keeps_of_a_run_the_store_that_trained_it_further(tmp_path):
    """What stays of the other store would have the name of the store that is further, and is not put in its place."""
    folder = tmp_path / "library"
    shelve(folder / cohort_name(["aaaa01"]), ["aaaa01"], steps=(0, 10, 20))
    shelve(folder / "both", ["aaaa01", "bbbb02"], status="running", steps=(0, 10))
    prune(folder, ["bbbb02"])
    (store,) = Library(folder).stores()
    assert store.runs == ("aaaa01",) and store.step == 20 and store.attributes["status"] == "finished"


def test_an_export_can_be_opened_by_others(library, tmp_path):
    folder = export(
        library, ["bbbb02", "cccc03"], tmp_path / "out", title="Steady | runs", licence="CC-BY-4.0"
    )
    trajectory = dynamicl.open(folder)
    assert sorted(trajectory.runs) == ["bbbb02", "cccc03"]
    assert trajectory.weights("bbbb02", 20)["w"].tolist() == [3, 4, 5]
    assert rows_of(trajectory)[trajectory.runs.index("bbbb02")]["tags"] == ["good", "kept"]
    card = (folder / "README.md").read_text()
    for words in (
        "# Steady | runs",
        "2 runs of dynamicl",
        "CC-BY-4.0",
        "jax 1",
        "1 x cpu (L)",
        "    dynamicl train",
    ):
        assert words in card, words
    assert (
        "| run | status | step | accuracy | loss | checkpoints | optimizer.learning_rate | seeds.init |"
        in card
    )
    assert "| bbbb02 | finished | 20 | 0.21 | 0.79 | 1 | 0.01 | 1 |" in card
    with pytest.raises(SpecError, match=r"`folder` is .*, where something is already: give a new folder"):
        export(library, ["cccc03"], folder)
    with pytest.raises(SpecError, match="`runs` is empty"):
        export(library, [], tmp_path / "none")


def test_a_card_says_what_is_not_known(tmp_path):
    shelve(tmp_path / "library" / "x", ["aaaa01"])
    card = card_of(Library(tmp_path / "library").trajectory())
    for words in ("None is given", "From Python", "Versions: unknown. Machine: unknown."):
        assert words in card, words


def test_everything_as_a_long_table(library, tmp_path):
    file = write_table(open_trajectory(library), tmp_path / "all.csv")
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    first = list(rows[0])
    assert (
        first[:6] == ["run", "optimizer.learning_rate", "seeds.init", "status", "diverged_at", "variable"]
        and first[-1] == "value"
    )
    # Three runs with three steps and one with one: two scores of two evaluators, and one measure of two heads.
    assert len(rows) == 10 * (2 * 2 + 2)
    by = {(r["run"], r["variable"], r["step"], r["evaluator"], r["head"]): r for r in rows}
    row = by["bbbb02", "accuracy", "10", "held out", ""]
    assert (float(row["value"]), float(row["optimizer.learning_rate"])) == (pytest.approx(0.61), 0.01)
    assert float(by["cccc03", "induction_strength", "20", "", "1"]["value"]) == pytest.approx(0.3)
    assert "nan" not in file.read_text().lower()


def test_everything_as_netcdf(library, tmp_path):
    trajectory = open_trajectory(library)
    file = write_table(trajectory, tmp_path / "all.nc")
    with xr.open_dataset(file, engine="scipy") as back:
        assert back["optimizer.learning_rate"].values.tolist() == [*RATES.values(), 1.0]
        assert np.array_equal(back["accuracy"], trajectory.dataset["accuracy"], equal_nan=True)
        # Beyond 31 bits, where netCDF 3 has no integers.
        assert back["sequences"].values.tolist() == [0, 10 * 2**29, 20 * 2**29]


def test_some_variables_and_what_cannot_be_written(library, tmp_path):
    trajectory = open_trajectory(library)
    written = write_table(trajectory, tmp_path / "a.csv", ["loss"]).read_text()
    rows = list(csv.DictReader(io.StringIO(written)))
    assert {row["variable"] for row in rows} == {"loss"}
    with pytest.raises(SpecError, match=r"`path` is .*a\.xlsx: give a name that ends in \.csv .* or \.nc"):
        write_table(trajectory, tmp_path / "a.xlsx")
    with pytest.raises(SpecError, match="`variables` names no variable `los`: did you mean `loss`"):
        write_table(trajectory, tmp_path / "a.csv", ["los"])
    with pytest.raises(SpecError, match="names `status`, which says what a run is: it stands in a column"):
        write_table(trajectory, tmp_path / "a.csv", ["status"])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "library"]
