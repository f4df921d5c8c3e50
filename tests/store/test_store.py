import json
import time

import ml_dtypes
import numpy as np
import pytest
import xarray as xr

from dynamicl.store import Repeat, Store, StoreError, Trajectory
from dynamicl.store._series import FAN

from .cohorts import RUNS, attention, header, records, train, weights


def test_what_was_committed_comes_back(tmp_path):
    train(tmp_path / "s", title="a title")
    store = Store.open(tmp_path / "s")
    assert store.header == header(title="a title")
    assert (store.runs, store.step, store.checkpoints) == (RUNS, 30, (10, 20, 30))
    read = store.records()
    assert read["step"].values.tolist() == list(range(1, 31))
    assert read["run"].values.tolist() == list(RUNS)
    xr.testing.assert_identical(read, records(range(1, 31)).assign_coords(run=list(RUNS)))
    assert read["loss"].dtype == np.float32
    for name, value in weights(20).items():
        assert np.array_equal(store.checkpoint(20)[name], value)
        assert np.array_equal(store.checkpoint(20, 1)[name], value[1])
        assert np.array_equal(store.checkpoint(20, "cc03")[name], value[2])
    step, state = store.state()
    assert step == 30
    assert state["step"] == 30
    assert np.all(state["weights/embed"] == 30)
    maps = store.extras()["attention"]
    assert maps.sel(checkpoint=20).values.tolist() == attention(20)["attention"].values.tolist()
    store.verify()


def test_only_the_newest_state_is_kept(tmp_path):
    train(tmp_path / "s")
    assert len(list((tmp_path / "s" / "pieces").glob("*state*"))) == 1


def test_types_of_a_state_survive(tmp_path):
    state = {
        "moment": np.arange(6).reshape(3, 2).astype(ml_dtypes.bfloat16),
        "key": np.array([[1, 2**32 - 1]], np.uint32),
        "frozen": np.array([True, False, True]),
        "count": np.int32(7),
        "empty": np.zeros((3, 0), np.float32),
    }
    with Store.create(tmp_path / "s", header()) as store:
        store.commit(1, state=state)
    read = Store.open(tmp_path / "s").state()[1]
    assert list(read) == list(state)
    for name, value in state.items():
        assert read[name].dtype == value.dtype
        assert read[name].shape == value.shape
        assert np.array_equal(read[name], value)


def test_attributes_add_up(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        store.commit(1, attributes={"status": "running", "seconds": 1.5})
        store.commit(2, attributes={"status": "finished"})
    assert Store.open(tmp_path / "s").attributes == {"status": "finished", "seconds": 1.5}


def test_a_variable_without_steps_has_its_last_value(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        for step in range(1, 2 * FAN):
            store.commit(step, records=records([step], best=("run", np.full(3, step))))
        store.commit(40, records=xr.Dataset({"best": ("run", np.full(3, 99))}))
        assert store.records()["best"].values.tolist() == [99, 99, 99]
        assert store.records().sizes["step"] == 2 * FAN - 1
        store.commit(41, records=records([16]))
        assert store.records()["best"].values.tolist() == [99, 99, 99]


def test_a_variable_or_evaluator_that_comes_late_is_nan_before(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        store.commit(1, records=records([1]))
        store.commit(2, records=records([2], evaluators=("icl", "flip")).assign(new=("step", [1.0])))
    read = Store.open(tmp_path / "s").records()
    assert np.isnan(read["new"].sel(step=1))
    assert np.isnan(read["loss"].sel(step=1, evaluator="flip")).all()
    assert np.isnan(read["loss"].sel(step=2, evaluator="iwl")).all()
    assert not np.isnan(read["loss"].sel(evaluator="icl")).any()


def test_records_are_the_callers_own(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        given = records([1])
        store.commit(1, records=given)
        given["loss"][:] = 77
        store.records()["loss"][:] = 88
        assert store.records()["loss"].values[0, 0, 0] == np.float32(0.001)


@pytest.fixture
def quick(monkeypatch):
    """Do not wait for the disk: these tests are about files, not about power cuts."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.mark.usefixtures("quick")
def test_merging_keeps_every_step_in_order_and_few_files(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        for step in range(1, FAN**2 + FAN + 2):
            kept = {"checkpoint": {"w": np.zeros(3)}, "extras": attention(step)} if step % 2 else {}
            store.commit(step, records=records([step]), **kept)
        expected = records(range(1, FAN**2 + FAN + 2)).assign_coords(run=list(RUNS))
        xr.testing.assert_identical(store.records(), expected)
        assert len(list((tmp_path / "s" / "pieces").glob("*records*"))) == 3
        assert store.extras()["attention"].values.max() == FAN**2 + FAN + 1
    reopened = Store.open(tmp_path / "s", write=True)
    xr.testing.assert_identical(reopened.records(), expected)
    reopened.compact()
    assert len(list((tmp_path / "s" / "pieces").glob("*records*"))) == 1
    assert len(list((tmp_path / "s" / "pieces").glob("*extras*"))) == 1
    xr.testing.assert_identical(reopened.records(), expected)
    reopened.compact()
    reopened.commit(100, records=records([100]))
    assert Store.open(tmp_path / "s").records()["step"].values[-1] == 100
    reopened.close()


@pytest.mark.whole
@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_five_hundred_commits_open_within_a_second(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        for step in range(1, 501):
            store.commit(
                step, records=xr.Dataset({"x": (("run", "step"), np.ones((3, 1)))}, {"step": [step]})
            )
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        read = Store.open(tmp_path / "s").records()
        seconds.append(time.perf_counter() - start)
        assert read.sizes["step"] == 500
    # The number of files is what makes it fast; the clock has room for a busy machine.
    assert len(list((tmp_path / "s" / "pieces").iterdir())) <= 7 * 3
    assert min(seconds) < 2


def test_rewind_forgets_what_is_later(tmp_path):
    train(tmp_path / "s", steps=(10, 20, 30))
    with Store.open(tmp_path / "s", write=True) as store:
        store.rewind(25)
        assert (store.step, store.checkpoints) == (25, (10, 20))
        assert store.records()["step"].values.tolist() == list(range(1, 26))
        assert store.extras()["checkpoint"].values.tolist() == [10, 20]
        with pytest.raises(StoreError, match="holds no state to resume from; start its runs again"):
            store.state()
        store.commit(26, records=records([26]), checkpoint=weights(30))
        store.rewind(100)
        assert store.step == 26
        store.verify()
    assert Store.open(tmp_path / "s").checkpoints == (10, 20, 26)


def test_repeated_checkpoints_are_found_by_run(tmp_path):
    still = weights(0)
    with Store.create(tmp_path / "s", header()) as store:
        for step in (1, 2, 3):
            moved = {name: value.copy() for name, value in still.items()}
            moved["norm.scale"][0] += step
            moved["norm.scale"][1] += step == 2
            moved["norm.scale"][2] += min(step, 2)
            store.commit(step, checkpoint=moved)
        assert store.repeated_checkpoints() == [Repeat("bb02", (1, 3)), Repeat("cc03", (2, 3))]
        store.commit(4, attributes={"diverged_at": [-1, -1, 3]})
        assert store.repeated_checkpoints() == [Repeat("bb02", (1, 3))]


def test_refresh_shows_what_came_since(tmp_path):
    writer = Store.create(tmp_path / "s", header())
    reader = Store.open(tmp_path / "s")
    assert reader.records().sizes["step"] == 0
    assert reader.checkpoints == ()
    writer.commit(5, records=records(range(1, 6)))
    assert reader.step == -1
    assert reader.refresh().step == 5
    assert reader.records().sizes["step"] == 5
    writer.close()
    assert "3 runs, step 5" in repr(reader)


def test_a_reader_with_an_old_index_follows_a_writer_that_merged(tmp_path):
    writer = Store.create(tmp_path / "s", header())
    for step in range(1, FAN):
        writer.commit(step, records=records([step]), state={"x": np.ones(1)})
    reader = Store.open(tmp_path / "s")
    writer.commit(FAN, records=records([FAN]), state={"x": np.ones(1)})
    assert reader.records().sizes["step"] == FAN
    assert reader.state()[0] == FAN
    writer.close()


def test_an_unfinished_creation_is_taken_over(tmp_path):
    folder = tmp_path / "s"
    (folder / "pieces").mkdir(parents=True)
    (folder / "writer.lock").touch()
    (folder / "index.json.tmp").write_text("{")
    with Store.create(folder, header()) as store:
        store.commit(1)
    assert sorted(path.name for path in folder.iterdir()) == [
        "index.copy.json",
        "index.json",
        "pieces",
        "writer.lock",
    ]


# What is refused, each with its line.


def test_create_refuses_what_is_there(tmp_path):
    train(tmp_path / "s", steps=(10,))
    with pytest.raises(StoreError, match=r"there is already a store at .*s; go on with it by `Store.open"):
        Store.create(tmp_path / "s", header())
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").touch()
    with pytest.raises(
        StoreError, match=r"thesis is there already and is not a store; give a path where nothing"
    ):
        Store.create(tmp_path / "thesis", header())
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file is there already and is not a store"):
        Store.create(tmp_path / "file", header())
    with pytest.raises(
        StoreError, match=r"could not write a new store at .*below: Not a directory; nothing was"
    ):
        Store.create(tmp_path / "file" / "below", header())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"runs": []}, r"`header\[\"runs\"\]` is \[\]; give one text a run, at least one"),
        ({"runs": None}, r"`header\[\"runs\"\]` is None; give one text"),
        ({"runs": [1, 2, 3]}, r"`header\[\"runs\"\]` is \[1, 2, 3\]; give one text"),
        ({"specs": ["{}", "", "{}"]}, r"`header\[\"specs\"\]` is .*; give one text"),
        ({"runs": ["a", "b", "a"]}, r"names run a twice; give every run of a cohort once"),
        ({"specs": ["{}"]}, r"`header\[\"specs\"\]` has 1 specs for 3 runs; give one a run"),
        ({"rate": float("nan")}, r"`header` cannot be written as JSON .*; give text, finite numbers"),
        ({"task": object()}, r"`header` cannot be written as JSON"),
    ],
)
def test_create_refuses_headers(tmp_path, change, message):
    with pytest.raises(StoreError, match=message):
        Store.create(tmp_path / "s", header() | change)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("write", [False, True])
def test_open_says_why_there_is_no_store(tmp_path, write):
    with pytest.raises(StoreError, match=r"there is no store at .*s; check the path, or train one there"):
        Store.open(tmp_path / "s", write=write)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file is a file, not a store; give the folder of a store"):
        Store.open(tmp_path / "file", write=write)
    (tmp_path / "photos").mkdir()
    with pytest.raises(StoreError, match=r"photos is not a dynamicl store \(no index.json in it\)"):
        Store.open(tmp_path / "photos", write=write)
    assert not any((tmp_path / "photos").iterdir())
    (tmp_path / "half" / "pieces").mkdir(parents=True)
    with pytest.raises(
        StoreError, match=r"half is a half-written store: nothing in it was ever committed; delete"
    ):
        Store.open(tmp_path / "half", write=write)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"index.json is damaged \(not JSON\); restore it from a copy, or delete"),
        ("[]", r"is not a dynamicl store \(its index.json is something else's\); give the folder"),
        ('{"format": "web site"}', r"is not a dynamicl store \(its index.json is something else's\)"),
        (
            '{"format": "dynamicl store", "version": 1}',
            r"index.json is not what it should be .*header.*: restore",
        ),
        (
            '{"format": "dynamicl store", "version": 1, "pieces": [{}]}',
            r"index.json is not what it should be .*: restore",
        ),
        (
            '{"format": "dynamicl store", "version": 0, "header": {"versions": {"dynamicl": "0.0.3"}}}',
            r"was written by dynamicl 0.0.3 in format 0, older than 2, .*; read it with the version that wrote it",
        ),
        (
            '{"format": "dynamicl store", "version": 3}',
            r"was written in format 3, newer than 2, the one read here; upgrade dynamicl",
        ),
    ],
)
def test_open_refuses_indices(tmp_path, content, message):
    (tmp_path / "index.json").write_text(content)
    with pytest.raises(StoreError, match=message):
        Store.open(tmp_path)


def test_a_reader_cannot_write_and_changes_nothing(tmp_path):
    train(tmp_path / "s", steps=(10,))
    (tmp_path / "s" / "pieces" / "000099-state-11.zarr.zip.tmp").write_bytes(b"in flight")
    before = sorted((tmp_path / "s").rglob("*"))
    reader = Store.open(tmp_path / "s")
    reader.verify()
    for change in (lambda: reader.commit(11), reader.compact, lambda: reader.rewind(1)):
        with pytest.raises(
            StoreError, match=r"is open for reading; open it by `Store.open\(path, write=True\)`"
        ):
            change()
    assert sorted((tmp_path / "s").rglob("*")) == before
    Store.open(tmp_path / "s", write=True).close()
    assert not list((tmp_path / "s" / "pieces").glob("*.tmp"))


@pytest.mark.parametrize(
    ("commit", "message"),
    [
        ({"step": 9}, r"`step` is 9 but step 10 is committed; commits go forward: call `rewind\(9\)` first"),
        ({"records": records([10])}, r"`records` begins at step 10 but step 10 is recorded; give only new"),
        ({"records": records([12])}, r"`records` ends at step 12, after `step` 11; commit it at 12"),
        ({"records": records([11, 11])}, r"`records.step` is 11, 11; give at least one integer, rising"),
        ({"records": records([])}, r"`records.step` is none; give at least one integer, rising"),
        ({"records": records([11]).assign_coords(step=[1.5])}, r"`records.step` is 1.5; give at least one"),
        ({"records": records([11]).drop_vars(["step", "sequences"])}, r"has a dimension step without values"),
        ({"records": records([11], RUNS[:2])}, r"`records` has 2 runs; the store has 3"),
        (
            {"records": records([11]).assign_coords(run=["x", "y", "z"])},
            r"`records.run` is x, y, z; the store's runs are aa01, bb02, cc03, in this order: leave",
        ),
        ({"checkpoint": {}}, r"`checkpoint` is empty; give the weights by name, or None"),
        (
            {"checkpoint": {"w": np.ones(2)}},
            r"`checkpoint\['w'\]` has shape \(2,\); its first axis is the runs, 3",
        ),
        ({"checkpoint": {"w": np.float32(1)}}, r"`checkpoint\['w'\]` has shape \(\); its first axis"),
        (
            {"step": 10, "records": None, "checkpoint": weights(10)},
            r"`checkpoint` at step 10 is already kept; call `rewind\(9\)` to replace it",
        ),
        ({"extras": attention(1)}, r"`extras` at step 11 has no checkpoint there; give `checkpoint` with it"),
        (
            {"checkpoint": weights(1), "extras": attention(1).expand_dims(step=[11])},
            r"`extras` has a dimension step or checkpoint; leave it out",
        ),
        (
            {"checkpoint": weights(1), "extras": attention(1, RUNS[:2])},
            r"`extras` has 2 runs; the store has 3",
        ),
        ({"state": {"t": np.array([None])}}, r"`t` has dtype object, which a store does not keep"),
        ({"attributes": {"x": np.float32(1)}}, r"`attributes` cannot be written as JSON .*; give text"),
        (
            {"attributes": {"run_status": ["ok"]}},
            r"`attributes\[\"run_status\"\]` is \['ok'\]; give a list of 3 str",
        ),
        ({"attributes": {"diverged_at": 5}}, r"`attributes\[\"diverged_at\"\]` is 5; give a list of 3 int"),
    ],
)
def test_commit_refuses_and_leaves_all_as_it_was(tmp_path, commit, message):
    train(tmp_path / "s", steps=(10,))
    before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*.*") if path.name != "writer.lock"}
    with Store.open(tmp_path / "s", write=True) as store:
        with pytest.raises(StoreError, match=message):
            store.commit(**({"step": 11, "records": records([11]), "state": {"x": np.ones(1)}} | commit))
        after = {
            path: path.read_bytes() for path in (tmp_path / "s").rglob("*.*") if path.name != "writer.lock"
        }
        assert after == before
        store.commit(11, records=records([11]))


def test_a_negative_first_step_is_refused(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        with pytest.raises(StoreError, match=r"`step` is -3 but steps count from 0"):
            store.commit(-3)
        store.commit(0, records=records([0]))


def test_reading_what_is_not_there(tmp_path):
    train(tmp_path / "s", steps=tuple(range(1, 13)))
    store = Store.open(tmp_path / "s")
    with pytest.raises(
        StoreError, match=r"`step` is 99; store .* has checkpoints at 1, 2, 3, 4, 5, 6, ..., 10, 11, 12"
    ):
        store.checkpoint(99)
    for run in ("zz", 3, -1):
        with pytest.raises(StoreError, match=rf"`run` is {run!r}; store .* has the 3 runs aa01, bb02, cc03"):
            store.checkpoint(1, run)
    with Store.create(tmp_path / "empty", header()) as empty:
        with pytest.raises(StoreError, match="has checkpoints at no step"):
            empty.checkpoint(0)
        with pytest.raises(
            StoreError, match=r"empty holds no state to resume from; start its runs again, or start"
        ):
            empty.state()


def test_the_index_is_small_and_plain(tmp_path):
    train(tmp_path / "s")
    index = json.loads((tmp_path / "s" / "index.json").read_text())
    assert (index["format"], index["version"], index["step"]) == ("dynamicl store", 2, 30)
    assert {piece["kind"] for piece in index["pieces"]} == {"records", "extras", "checkpoint", "state"}


def test_a_run_stands_still_while_others_of_its_store_go_on(tmp_path):
    """It ended or diverged: later checkpoints hold its last weights. A fork has none before it began."""
    fork = {"how": "fork", "step": 20}
    specs = [{"steps": 15}, {"steps": 30}, {"steps": 30, "start": fork}]
    described = {"runs": ["ended", "diverged", "fork"], "specs": [json.dumps(spec) for spec in specs]}
    with Store.create(tmp_path / "s", described) as store:
        for step in (0, 10, 20, 30):
            weights = {"w": np.array([min(step, 15), min(step, 5), step], np.float32)}
            store.commit(step, checkpoint=weights, attributes={"diverged_at": [-1, 5, -1]})
    assert [store.checkpoints_of(run) for run in store.runs] == [(0, 10, 15), (0, 5), (20, 30)]
    assert [float(store.checkpoint(step, "ended")["w"]) for step in (0, 10, 15)] == [0, 10, 15]
    assert float(store.checkpoint(5, "diverged")["w"]) == 5
    with pytest.raises(StoreError, match="run ended of store .* has checkpoints at 0, 10, 15"):
        store.checkpoint(20, "ended")
    shelf = Trajectory([(store, row) for row in range(3)])
    assert shelf.checkpoints == (0, 5, 10, 15, 20, 30)
    assert [shelf.last_checkpoint(run) for run in shelf.runs] == [15, 5, 30]
