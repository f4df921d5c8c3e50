import numpy as np
import pytest
import xarray as xr

import dynamicl
from dynamicl.store import Library, Store, StoreError, Trajectory, open_trajectory
from dynamicl.store._reading import read_index
from dynamicl.store._runs import find_run

from .cohorts import RUNS, attention, header, records, train, weights


@pytest.fixture
def library(tmp_path):
    """Two cohorts: three runs to step 30, and two of another task, batch and number of heads to step 40."""
    train(tmp_path / "a", title="one", versions={"jax": "1"}, batch=32)
    with Store.create(
        tmp_path / "b", header(("dd04", "ee05"), title="two", versions={"jax": "1"}, batch=32)
    ) as store:
        store.commit(
            40,
            records=records(range(20, 41, 4), ("dd04", "ee05"), evaluators=("flip", "icl"), heads=3).assign(
                previous_token_attention=(("run", "step"), np.ones((2, 6), np.float32))
            ),
            checkpoint=weights(40, ("dd04", "ee05")),
            attributes={
                "status": "finished",
                "run_status": ["finished", "diverged"],
                "diverged_at": [-1, 33],
            },
        )
    return Library(tmp_path)


def test_the_packages_open_gives_the_trajectory(library):
    for path in (library.root, str(library.root / "a")):
        assert dynamicl.open(path).dataset.identical(open_trajectory(path).dataset)
    with pytest.raises(StoreError, match="there is no store at .*none"):
        dynamicl.open(library.root / "none")


def test_opening_names_a_store_that_cannot_be_read(library):
    (library.root / "a" / "index.json").write_text("{")
    with pytest.warns(UserWarning, match="left out: .*index.json"):
        assert "a1" not in dynamicl.open(library.root).runs


def test_runs_are_found_by_their_hash(library, tmp_path):
    assert [store.path.name for store in library.stores()] == ["a", "b"]
    assert library.runs == (*RUNS, "dd04", "ee05")
    store, row = library.find("ee05")
    assert (store.path.name, row) == ("b", 1)
    assert library.find("ff06") is None
    assert library.problems == {}
    assert Library(tmp_path / "none").stores() == ()


def test_the_store_that_went_furthest_is_found(library, tmp_path):
    train(library.place("c"), steps=(50,), runs=("bb02",))
    assert library.find("bb02")[0].step == 50
    assert library.find("aa01")[0].step == 30
    assert library.runs.count("bb02") == 1


def test_growth_is_seen_and_the_rest_is_not_read_again(library, monkeypatch):
    first = library.stores()
    opened = []
    monkeypatch.setattr(
        "dynamicl.store._store.read_index", lambda path: opened.append(path) or read_index(path)
    )
    assert library.stores() == first
    assert opened == []
    with Store.open(library.root / "b", write=True) as store:
        store.commit(41)
        opened.clear()
        second = library.stores()
    assert [path.name for path in opened] == ["b"]
    assert second[0] is first[0]
    assert second[1].step == 41


def test_select_joins_cohorts_in_the_order_asked(library):
    read = library.select(["ee05", "aa01", "cc03"])
    assert read["run"].values.tolist() == ["ee05", "aa01", "cc03"]
    assert read["step"].values.tolist() == sorted({*range(1, 31), *range(20, 41, 4)})
    assert read["step"].dtype == np.int64
    assert read["evaluator"].values.tolist() == ["flip", "icl", "iwl"], (
        "in the order of the first, then the others"
    )
    assert library.select(["aa01", "ee05"])["evaluator"].values.tolist() == ["icl", "iwl", "flip"]
    assert read["head"].values.tolist() == [0, 1, 2]
    assert read["checkpoint"].values.tolist() == [10, 20, 30, 40]
    loss = read["loss"]
    assert loss.dtype == np.float32
    assert loss.sel(run="cc03", step=7, evaluator="iwl") == np.float32(2.007)
    assert loss.sel(run="ee05", step=24, evaluator="icl") == np.float32(1.024)
    assert np.isnan(loss.sel(run="ee05", step=25)).all()
    assert np.isnan(loss.sel(run="ee05", evaluator="iwl")).all()
    assert np.isnan(loss.sel(run="aa01", evaluator="flip")).all()
    assert np.isnan(read["induction_strength"].sel(run="aa01", head=2)).all()
    assert np.isnan(read["previous_token_attention"].sel(run="aa01")).all()
    assert read["previous_token_attention"].sel(run="ee05", step=24) == 1
    assert np.isnan(read["attention"].sel(run="ee05")).all()
    assert read["attention"].sel(run="cc03", checkpoint=20, head=1).max() == 20
    assert read["sequences"].dims == ("step",)
    assert np.array_equal(read["sequences"], read["step"] * 32)
    assert read["status"].values.tolist() == ["diverged", "running", "running"]
    assert read["diverged_at"].values.tolist() == [33, -1, -1]
    assert read["spec"].values.tolist() == ['{"name": "ee05"}', '{"name": "aa01"}', '{"name": "cc03"}']
    assert read.attrs == {"status": "running", "versions": '{"jax": "1"}', "batch": 32}


def test_select_of_one_cohort_adds_nothing(library):
    read = library.select(["cc03", "aa01"])
    assert read["run"].values.tolist() == ["cc03", "aa01"]
    assert not any(np.isnan(read[name]).any() for name in ("loss", "train_loss", "attention"))
    assert read["loss"].dims == ("run", "step", "evaluator")
    assert read["attention"].dims[:2] == ("run", "checkpoint")
    assert read.attrs == {"status": "running", "title": "one", "versions": '{"jax": "1"}', "batch": 32}


def test_sequences_differ_where_batches_do(tmp_path):
    for number, batch in enumerate((16, 32)):
        run = (f"run{number}",)
        with Store.create(tmp_path / run[0], header(run)) as store:
            store.commit(3, records=records([1, 3 - number], run, batch=batch), attributes={"seconds": 2.5})
    read = open_trajectory(tmp_path).dataset
    assert read["sequences"].dims == ("run", "step")
    assert read["sequences"].sel(run="run0", step=3) == 48
    assert read["sequences"].sel(run="run1", step=2) == 64
    assert np.isnan(read["sequences"].sel(run="run1", step=3))
    assert read.attrs["seconds"] == 5


def test_sequences_may_be_lacking(tmp_path):
    for run in ("a1", "b2"):
        lacking = ["sequences"] if run == "b2" else []
        with Store.create(tmp_path / run, header((run,))) as store:
            store.commit(1, records=records([1], (run,)).drop_vars(lacking))
    read = open_trajectory(tmp_path).dataset
    assert read["sequences"].sel(run="a1").values.tolist() == [32]
    assert np.isnan(read["sequences"].sel(run="b2")).all()
    assert "sequences" not in open_trajectory(tmp_path / "b2").dataset


def test_examples_of_other_lengths_are_padded(tmp_path):
    for run, texts in (("a1", [["x", "y"]]), ("b2", [["x", "y", "zz"]])):
        examples = {"example_tokens": (("example", "seq"), np.array(texts))}
        with Store.create(tmp_path / run, header((run,))) as store:
            store.commit(1, records=records([1], (run,)).assign(examples), checkpoint=weights(1, (run,)))
    read = open_trajectory(tmp_path).dataset
    assert read["example_tokens"].sel(run="a1").values.tolist() == [["x", "y", ""]]
    assert read["example_tokens"].sel(run="b2").values.tolist() == [["x", "y", "zz"]]


def test_what_every_cohort_shares_stays_without_runs(tmp_path):
    examples = {"example_target": ("example", ["A", "B"])}
    for run in ("a1", "b2", "c3"):
        with Store.create(tmp_path / run, header((run,))) as store:
            said = {"status": "finished" if run != "c3" else "running"}
            more = examples if run != "a1" else {}
            store.commit(1, records=records([1], (run,)).assign(more), attributes=said)
    read = open_trajectory(tmp_path).dataset
    assert read["example_target"].dims == ("example",)
    assert read["example_target"].values.tolist() == ["A", "B"]
    assert read.attrs["status"] == "running"
    assert Library(tmp_path).select(["b2", "a1"]).attrs["status"] == "finished"


def test_a_trajectory_of_a_store(library):
    trajectory = open_trajectory(library.root / "a")
    assert isinstance(trajectory, Trajectory)
    assert trajectory.runs == RUNS
    assert trajectory.checkpoints == (10, 20, 30)
    assert trajectory.specs["bb02"] == {"name": "bb02"}
    assert trajectory.status == dict.fromkeys(RUNS, "running")
    assert np.array_equal(trajectory.weights("bb02", 20)["norm.scale"], weights(20)["norm.scale"][1])
    assert trajectory.dataset.sizes["checkpoint"] == 3
    xr.testing.assert_equal(
        trajectory.dataset["attention"]
        .sel(checkpoint=10)
        .drop_vars(["run", "name", "checkpoint", "layer", "head"]),
        attention(10)["attention"],
    )
    assert trajectory.dataset["name"].values.tolist() == list(RUNS)
    assert repr(trajectory) == "Trajectory(3 runs from 1 stores)"


def test_a_trajectory_of_a_library(library):
    trajectory = open_trajectory(library.root)
    assert trajectory.runs == (*RUNS, "dd04", "ee05")
    assert trajectory.checkpoints == (10, 20, 30, 33, 40)
    assert trajectory.status["ee05"] == "diverged"
    assert np.array_equal(trajectory.weights(4, 33)["norm.scale"], weights(40, (1, 2))["norm.scale"][1])
    for run in ("zz", 5, -1):
        message = rf"`run` is {run!r}; this trajectory has the 5 runs aa01, bb02, cc03, dd04, ee05"
        with pytest.raises(StoreError, match=message):
            trajectory.weights(run, 10)
    with pytest.raises(StoreError, match=r"`step` is 10; run dd04 of store .*b has checkpoints at 40"):
        trajectory.weights("dd04", 10)


def test_a_store_that_was_only_created_has_an_empty_dataset(tmp_path):
    Store.create(tmp_path / "s", header()).close()
    read = open_trajectory(tmp_path / "s").dataset
    assert dict(read.sizes) == {"run": 3, "step": 0, "checkpoint": 0}
    train(tmp_path / "t", runs=("dd04",))
    assert open_trajectory(tmp_path).dataset["loss"].sel(run="dd04", step=30, evaluator="icl") == np.float32(
        0.03
    )


def test_folders_that_cannot_be_read_are_reported(library):
    train(library.root / "old", runs=("x1",))
    (library.root / "old" / "index.json").write_text('{"format": "dynamicl store", "version": 0}')
    (library.root / "notes").mkdir()
    assert len(library.stores()) == 2
    assert list(library.problems) == [library.root / "old"]
    assert "was written in format 0, older than 2" in library.problems[library.root / "old"]


def test_what_is_refused(library, tmp_path):
    message = r"run 'zz' is in none of the 2 stores of .*; train it, or list what there is by `Library.runs`"
    with pytest.raises(StoreError, match=message):
        library.select(["aa01", "zz"])
    with pytest.raises(StoreError, match="run aa01 is selected twice; give each run once"):
        library.select(["aa01", "dd04", "aa01"])
    with pytest.raises(StoreError, match="there are no runs to select; give at least one run hash"):
        library.select([])
    for name in ("", "..", "a/b", ".hidden", "/etc"):
        with pytest.raises(StoreError, match=r"`cohort_hash` is .*; give a plain name, such as 3f2a9c01"):
            library.place(name)
    with pytest.raises(StoreError, match="there is no store at"):
        open_trajectory(tmp_path / "none")
    (tmp_path / "bad" / "x").mkdir(parents=True)
    with pytest.raises(StoreError, match="bad is not a dynamicl store"):
        open_trajectory(tmp_path / "bad")
    (tmp_path / "bad" / "x" / "index.json").write_text("{")
    with pytest.raises(StoreError, match=r"x/index.json is damaged \(not JSON\)"):
        open_trajectory(tmp_path / "bad")


def test_what_is_left_out_is_told(library):
    (store, *_) = library.stores()
    content = bytearray((store.path / "index.json").read_bytes())
    content[-10] ^= 1
    (store.path / "index.json").write_bytes(content)
    (line,) = library.complaints()
    assert line.startswith(f"left out: {store.path / 'index.json'} is damaged")
    assert len(library.stores()) == 1


def test_a_run_is_found_by_the_beginning_of_its_hash():
    runs = ["aa01ff", "aa01ee", "bb02cc"]
    assert find_run("bb02", runs, "this") == 2 and find_run("aa01e", runs, "this") == 1
    for several_or_short in ("aa01", "bb0", ""):
        with pytest.raises(StoreError, match="this has the 3 runs aa01ff, aa01ee, bb02cc"):
            find_run(several_or_short, runs, "this")
