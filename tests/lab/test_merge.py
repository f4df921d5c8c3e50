"""Libraries put together by content."""

import shutil

import numpy as np
import pytest

from dynamicl.lab import Interrupted, merge, train_population
from dynamicl.lab._planning import run_id
from dynamicl.specs import SpecError
from dynamicl.store import Library, Store, StoreError, copy_runs, open_trajectory

from .populations import RECORDING, records_equal, runs, same

FIRST, SECOND, THIRD = runs(3)


def stop_at(step):
    def listener(progress):
        if progress.step >= step:
            raise KeyboardInterrupt

    return listener


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """Two libraries that share a run, and one that stopped half-way with the runs of the first."""
    place = tmp_path_factory.mktemp("nodes")
    train_population([FIRST, SECOND], RECORDING, place / "one")
    train_population([SECOND, THIRD], RECORDING, place / "two")
    with pytest.raises(Interrupted):
        train_population([FIRST, SECOND], RECORDING, place / "half", listener=stop_at(20))
    return place


def test_runs_of_several_libraries_come_together_once(nodes, tmp_path):
    merged = merge([nodes / "one", str(nodes / "two")], tmp_path / "all")
    assert (len(merged.added), merged.advanced, merged.unchanged) == (2, (), ())
    library = Library(tmp_path / "all")
    ids = [run_id(spec, RECORDING) for spec in (FIRST, SECOND, THIRD)]
    assert sorted(library.runs) == sorted(ids)
    assert (
        records_equal(library.trajectory(ids[:2]), open_trajectory(nodes / "one"))
        and not library.complaints()
    )
    assert not list((tmp_path / "all").glob(".*"))
    # Nothing is left to train.
    train_population([FIRST, SECOND, THIRD], RECORDING, tmp_path / "all")
    assert len(library.stores()) == 2


def test_the_furthest_training_wins_and_can_go_on(nodes, tmp_path):
    merge([nodes / "half"], tmp_path / "all")
    assert open_trajectory(tmp_path / "all").dataset["status"].values.tolist() == ["running"] * 2
    merged = merge([nodes / "one", nodes / "half"], tmp_path / "all")
    assert (merged.added, len(merged.advanced), merged.unchanged) == ((), 1, ())
    assert same(open_trajectory(tmp_path / "all"), open_trajectory(nodes / "one"))
    again = merge([nodes / "half"], tmp_path / "all")
    assert (again.added, again.advanced, len(again.unchanged)) == ((), (), 1)


def test_what_was_merged_half_way_goes_on_with_the_same_bits(nodes, tmp_path):
    merge([nodes / "half"], tmp_path / "all")
    assert same(
        train_population([FIRST, SECOND], RECORDING, tmp_path / "all"), open_trajectory(nodes / "one")
    )


def test_runs_that_contradict_each_other_are_refused(nodes, tmp_path):
    (store,) = Library(nodes / "one").stores()
    copy_runs(store, [1], tmp_path / "other" / "forged", until=20)
    with Store.open(tmp_path / "other" / "forged", write=True) as forged:
        weights = {name: array + 1 for name, array in store.checkpoint(40, 1).items()}
        forged.commit(40, checkpoint={name: array[None] for name, array in weights.items()})
    before = sorted(path.name for path in (nodes / "two").iterdir())
    with pytest.raises(StoreError, match=r"differ in `.*` at checkpoint 40.*merge one of them"):
        merge([nodes / "one", tmp_path / "other"], tmp_path / "all")
    assert not (tmp_path / "all").exists()
    with pytest.raises(StoreError, match="differ in"):
        merge([tmp_path / "other", nodes / "one"], nodes / "two")
    assert sorted(path.name for path in (nodes / "two").iterdir()) == before


def test_other_records_are_a_contradiction_too(nodes, tmp_path):
    (store,) = Library(nodes / "one").stores()
    with Store.create(tmp_path / "other" / "records", store.header) as other:
        records = store.records()
        other.commit(60, records=records.assign(loss=records["loss"] + np.float32(1)))
    with pytest.raises(StoreError, match="differ in the record `loss`"):
        merge([nodes / "one", tmp_path / "other"], tmp_path / "all")


def test_what_is_no_library_is_refused(nodes, tmp_path):
    with pytest.raises(SpecError, match="`libraries` is empty"):
        merge([], tmp_path / "all")
    with pytest.raises(SpecError, match="give a list of folders"):
        merge(str(nodes / "one"), tmp_path / "all")
    with pytest.raises(StoreError, match="holds no runs to merge"):
        merge([tmp_path], tmp_path / "all")
    shutil.copytree(nodes / "one", tmp_path / "broken")
    (index,) = (tmp_path / "broken").glob("*/index.json")
    index.write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        merge([tmp_path / "broken"], tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_a_store_that_lacks_a_piece_is_not_copied(nodes, tmp_path):
    shutil.copytree(nodes / "one", tmp_path / "broken")
    (piece,) = (tmp_path / "broken").glob("*/pieces/*state*")
    piece.unlink()
    with pytest.raises(StoreError, match=r"lacks .*state.*which its index names"):
        merge([tmp_path / "broken"], tmp_path / "all")
    assert not list((tmp_path / "all").iterdir())


def test_a_store_being_written_is_not_replaced(nodes, tmp_path):
    merge([nodes / "half"], tmp_path / "all")
    (store,) = Library(tmp_path / "all").stores()
    with Store.open(store.path, write=True), pytest.raises(StoreError, match="is being written"):
        merge([nodes / "one"], tmp_path / "all")


def test_runs_are_copied_out_of_their_store(nodes, tmp_path):
    (store,) = Library(nodes / "one").stores()
    copy = Store.open(copy_runs(store, [1], tmp_path / "part"))
    assert copy.runs == store.runs[1:] and copy.checkpoints == store.checkpoints
    assert copy.records().equals(store.records().isel(run=[1]))
    assert copy.extras().equals(store.extras().isel(run=[1]) if store.extras() else copy.extras())
    assert all(np.array_equal(a, store.checkpoint(40, 1)[name]) for name, a in copy.checkpoint(40, 0).items())
    step, state = copy.state()
    assert step == 60 and all(len(array) == 1 for array in state.values())
    early = Store.open(copy_runs(store, [0, 1], tmp_path / "early", until=25))
    assert early.checkpoints == (0, 20) and early.records()["step"].values.tolist() == [0, 10, 20]
    with pytest.raises(StoreError, match="holds no state"):
        early.state()


def test_a_copied_run_needs_no_training(nodes, tmp_path):
    (store,) = Library(nodes / "one").stores()
    copy_runs(store, [0], tmp_path / "library" / "part")
    trained = train_population([FIRST], RECORDING, tmp_path / "library")
    assert len(Library(tmp_path / "library").stores()) == 1 and trained.status == {
        trained.runs[0]: "finished"
    }
