"""What is read is checked before anything is done: flips, old indexes, links, made-up content. Nothing is deleted."""

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest

from dynamicl.specs import DynamiclError
from dynamicl.store import Store, StoreError
from dynamicl.store._arrays import digest, write_arrays
from dynamicl.store._datasets import encode_dataset
from dynamicl.store._identity import run_identity
from dynamicl.store._index import COPY, NAME, Index, encode_index, seal
from dynamicl.store._reading import read_index

from .cohorts import RUNS, attention, header, records, train, weights

READ_FLIPS, WRITE_FLIPS = 300, 600


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tmp_path_factory.mktemp("trust") / "s", steps=(1, 2, 3, 4, 5, 6))


@pytest.fixture
def store(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "s")


def pieces(folder):
    return {path.name: path.read_bytes() for path in (folder / "pieces").iterdir()}


def forge(folder, **changes):
    """Write an index with other values and a hash that fits them."""
    index = dataclasses.replace(read_index(folder), **changes)
    (folder / NAME).write_bytes(encode_index(index)[0])


@pytest.mark.parametrize(("write", "count"), [(False, READ_FLIPS), (True, WRITE_FLIPS)])
def test_every_flipped_bit_of_an_index_is_noticed_and_deletes_nothing(store, write, count):
    content, before = (store / NAME).read_bytes(), pieces(store)
    rng = np.random.default_rng(int(write))
    silent, lines = [], set()
    for bit in rng.integers(0, 8 * len(content), count):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        (store / NAME).write_bytes(damaged)
        try:
            Store.open(store, write=write).close()
            silent.append(int(bit))
        except StoreError as error:
            lines.add(str(error).count("\n"))
    assert silent == [] and lines == {0}
    assert pieces(store) == before
    (store / NAME).write_bytes(content)
    Store.open(store, write=True).verify()


def test_a_truncated_index_names_the_copy(store):
    content = (store / NAME).read_bytes()
    for length in range(0, len(content), 97):
        (store / NAME).write_bytes(content[:length])
        with pytest.raises(StoreError, match=f"put {COPY}, the copy of the newest, in its place, or delete"):
            Store.open(store)
    shutil.copy(store / COPY, store / NAME)
    Store.open(store, write=True).verify()


def test_an_old_index_put_back_is_recognised(store):
    old = (store / NAME).read_bytes()
    with Store.open(store, write=True) as writer:
        for step in (7, 8):
            writer.commit(step, records=records([step]), checkpoint=weights(step), extras=attention(step))
    before, newest = pieces(store), (store / NAME).read_bytes()
    (store / NAME).write_bytes(old)
    for _ in range(2):
        with pytest.raises(
            StoreError, match=rf"an older index was put back.*nothing was changed.*put {COPY} in"
        ):
            Store.open(store, write=True)
    assert pieces(store) == before
    shutil.copy(store / COPY, store / NAME)
    assert (store / NAME).read_bytes() == newest
    with Store.open(store, write=True) as writer:
        assert writer.checkpoints[-1] == 8


def test_an_old_index_and_copy_put_back_are_recognised_by_the_pieces(store):
    old = {name: (store / name).read_bytes() for name in (NAME, COPY)}
    with Store.open(store, write=True) as writer:
        for step in (7, 8):
            writer.commit(step, records=records([step]), checkpoint=weights(step))
    before = pieces(store)
    for name, content in old.items():
        (store / name).write_bytes(content)
    with pytest.raises(
        StoreError, match=r"holds 3 pieces newer than its index knows \(step 6\): an older index"
    ):
        Store.open(store, write=True)
    assert pieces(store) == before


def test_a_missing_piece_stops_whoever_would_write(store):
    gone = next(path for path in (store / "pieces").iterdir() if "checkpoint-3" in path.name)
    gone.unlink()
    (store / "pieces" / "000999-state-7-00000000.zarr.zip").write_bytes(b"in flight")
    before = pieces(store)
    with pytest.raises(
        StoreError, match=r"lacks .*checkpoint-3.*, which its index names; nothing was changed"
    ):
        Store.open(store, write=True)
    assert pieces(store) == before
    assert Store.open(store).checkpoints == (1, 2, 3, 4, 5, 6)


def test_only_the_stores_own_leftovers_go(store):
    folder = store / "pieces"
    own = ["000999-state-7-0123abcd.zarr.zip", "000999-state-7.zarr.zip.tmp", "000998-extras-7.zarr.zip"]
    own += ["000997-records-7-0123abcd.zarr.zip.0123456789abcdef.tmp"]
    others = [
        "notes.txt",
        "x.tmp",
        "000999-state-7.zarr.zip.bak",
        "1-state-7.zarr.zip",
        "000999-photo-7.zarr.zip",
    ]
    for name in [*own, *others]:
        (folder / name).write_bytes(b"x")
    target = store.parent / "bystander"
    target.write_bytes(b"mine")
    (folder / "000996-state-9.zarr.zip.tmp").symlink_to(target)
    (store / "index.json.tmp").write_bytes(b"half")
    (store / "thesis.tmp").write_bytes(b"mine")
    Store.open(store, write=True).close()
    left = {path.name for path in folder.iterdir()}
    assert not left & set(own) and left >= set(others) | {"000996-state-9.zarr.zip.tmp"}
    assert target.read_bytes() == b"mine"
    assert (store / "thesis.tmp").exists() and not (store / "index.json.tmp").exists()


def test_nothing_is_written_or_deleted_through_a_link(store, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.move(store / "pieces", elsewhere)
    (elsewhere / "000999-state-9.zarr.zip").write_bytes(b"bystander")
    (store / "pieces").symlink_to(elsewhere)
    with pytest.raises(
        StoreError, match="pieces is a link or no folder; a store is changed in its own folders only"
    ):
        Store.open(store, write=True)
    assert (elsewhere / "000999-state-9.zarr.zip").exists()
    (store / "pieces").unlink()
    shutil.move(elsewhere, store / "pieces")
    profile = tmp_path / "profile"
    profile.write_text("precious")
    (store / "writer.lock").unlink()
    (store / "writer.lock").symlink_to(profile)
    with pytest.raises(
        StoreError, match=r"writer.lock is no file of this store but a link, folder or device; delete"
    ):
        Store.open(store, write=True)
    assert profile.read_text() == "precious"


def test_a_link_laid_out_for_a_temporary_file_is_not_followed(tmp_path):
    profile = tmp_path / "profile"
    profile.write_text("precious")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "index.json.tmp").symlink_to(profile)
    with Store.create(tmp_path / "s", header()) as store:
        store.commit(1, records=records([1]))
    assert profile.read_text() == "precious"


@pytest.mark.parametrize("kind", ["fifo", "device", "folder"])
def test_a_piece_or_index_that_is_no_file_never_blocks(store, kind):
    def put(path):
        path.unlink()
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.mkdir()

    put(next((store / "pieces").glob("*-state-*")))
    with pytest.raises(
        StoreError, match=r"state-6-.* is no regular file; restore it from a copy, or delete the store"
    ):
        Store.open(store).state()
    put(store / NAME)
    with pytest.raises(
        StoreError, match=r"index.json cannot be read \((not a regular file|Is a directory)\)"
    ):
        Store.open(store)


def test_a_piece_with_a_slash_in_its_name_does_not_hang(store):
    index = read_index(store)
    piece = dataclasses.replace(index.pieces[0], file=index.pieces[0].file.replace(".zarr", "/zarr"))
    forge(store, pieces=(piece, *index.pieces[1:]))
    with pytest.raises(StoreError, match="is not what it should be .*file"):
        Store.open(store)


HOSTILE = [
    ("header", [], "Expected `object`"),
    ("header", {"runs": ["a"], "specs": ["{}"], "batch": "many"}, "Expected `int`"),
    ("header", {"runs": ["a"], "specs": ["{}"], "batch": 0}, ">= 1"),
    ("header", {"runs": ["a"], "specs": ["{}"], "examples": {"tokens": 3}}, "Expected `array"),
    ("header", {"runs": ["a"], "specs": ["no JSON"]}, "a spec in .* is not what it should be"),
    ("header", {"runs": ["a"], "specs": ["[]"]}, "a spec in .* is not what it should be"),
    ("header", {"runs": ["a"], "specs": ["[" * 90 + "]" * 90]}, "a spec in|nested"),
    ("header", {"runs": ["a"], "specs": []}, "give one text a run"),
    ("header", {"runs": ["a"] * 2, "specs": ["{}"] * 2}, "names run a twice"),
    ("attributes", {"run_status": "finished"}, "Expected `array`"),
    ("attributes", {"run_status": ["finished"] * 2}, "give a list of 3 str, one a run"),
    ("attributes", {"diverged_at": [0.5, 0, 0]}, "Expected `int`"),
    ("attributes", {"seconds": "long"}, "Expected `float`"),
    ("attributes", {"done": {"evaluate": 1}}, "missing required field `checkpoint`"),
    ("attributes", {"status": ["finished"]}, "Expected `str`"),
    ("step", "six", "Expected `int`"),
    ("step", -7, ">= -1"),
    ("serial", 2**60, "<= 9007199254740992"),
    ("serial", 1.5, "Expected `int`"),
    ("pieces", [{"kind": "photo"}], "Invalid enum value|missing required"),
]


@pytest.mark.parametrize(("field", "value", "message"), HOSTILE)
def test_values_of_the_wrong_shape_are_one_line(store, field, value, message):
    content = json.loads((store / NAME).read_bytes())
    del content["hash"]
    (store / NAME).write_bytes(seal(content | {"pieces": []} | {field: value})[0])
    with pytest.raises(StoreError, match=message) as caught:
        Store.open(store)
    assert "\n" not in str(caught.value) and isinstance(caught.value, DynamiclError)


def test_a_bomb_of_brackets_is_refused_before_it_is_parsed(store):
    (store / NAME).write_bytes(b'{"format":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    with pytest.raises(StoreError, match=r"index.json is damaged \(nested too deeply\)"):
        Store.open(store)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.assign_coords(step=data["step"] + 1), "`step` is 2, .*rises from 1 to 6"),
        (lambda data: data.assign_coords(step=data["step"] * 0.5), "`step` is 0.5, .*rises from 1 to 6"),
        (lambda data: data.assign_coords(step=data["step"] * 0 + 1), "`step` is 1, 1, .*rises from 1 to 6"),
        (lambda data: data.drop_vars(["step", "sequences"]), "`step` is 0, 1"),
        (lambda data: data.assign_coords(run=["x", "y", "z"]), "`dataset.run` is x, y, z"),
        (lambda data: data.isel(run=[0, 1]), "`dataset` has 2 runs; the store has 3"),
    ],
)
def test_records_under_a_right_hash_are_checked_too(tmp_path, change, message):
    """Whoever can write a piece and its hash may still not put anything into it."""
    data = records([1, 2, 3, 4, 5, 6])
    with Store.create(tmp_path / "s", header()) as store:
        store.commit(6, records=data)
    arrays, attributes = encode_dataset(change(data.assign_coords(run=list(RUNS))))
    (piece,) = read_index(tmp_path / "s").pieces
    path = tmp_path / "s" / "pieces" / piece.file
    path.unlink()
    write_arrays(path, arrays, attributes)
    forge(tmp_path / "s", pieces=(dataclasses.replace(piece, hash=digest(arrays)),))
    with pytest.raises(StoreError, match=f"records of steps 1 to 6 is damaged .*{message}"):
        Store.open(tmp_path / "s").records()


def test_ids_are_recomputed_on_opening(tmp_path):
    specs, recording = ['{"seed":1}', '{"seed":2}'], '{"every":1}'
    ids = [run_identity(spec, recording) for spec in specs]
    assert len(set(ids)) == 2 and all(len(run) == 32 for run in ids)
    about = {"runs": ids, "specs": specs, "recording": recording}
    Store.create(tmp_path / "s", about).close()
    assert Store.open(tmp_path / "s").runs == tuple(ids)
    forge(tmp_path / "s", header={**about, "specs": ['{"seed":3}', specs[1]]})
    with pytest.raises(StoreError, match=f"calls a run {ids[0]} whose spec gives another id"):
        Store.open(tmp_path / "s")


def test_paths_are_no_part_of_an_identity_where_the_content_is_known():
    spec = '{{"source":{{"content":"{content}","path":"{path}"}}}}'
    one = run_identity(spec.format(content="ab" * 32, path="here"), "{}")
    assert run_identity(spec.format(content="ab" * 32, path="there"), "{}") == one
    assert run_identity(spec.format(content="cd" * 32, path="here"), "{}") != one
    unknown = [run_identity(spec.format(content="", path=path), "{}") for path in ("here", "there")]
    assert unknown[0] != unknown[1]


def test_format_1_is_read_and_never_written(store):
    """As version 0.1.0 wrote it: no hash, no count of commits, names without a token."""
    index = read_index(store)
    content = {"format": "dynamicl store", "version": 1, "header": dict(index.header)}
    content |= {"attributes": {}, "step": index.step, "serial": index.serial, "pieces": []}
    for piece in index.pieces:
        name = f"{piece.file.rsplit('-', 1)[0]}.zarr.zip"
        (store / "pieces" / piece.file).rename(store / "pieces" / name)
        content["pieces"].append({**dataclasses.asdict(piece), "file": name})
    (store / NAME).write_text(json.dumps(content))
    (store / COPY).unlink()
    before = pieces(store)
    old = Store.open(store)
    old.verify()
    assert old.runs == RUNS and old.checkpoints == (1, 2, 3, 4, 5, 6)
    assert old.state()[0] == 6
    with pytest.raises(
        StoreError, match="is of format 1: it can be read, but not gone on with; train its runs again"
    ):
        Store.open(store, write=True)
    assert pieces(store) == before


def test_a_second_writer_on_a_file_system_without_locks_is_noticed(tmp_path, monkeypatch):
    """Where `flock` does nothing, whoever commits second finds an index that is not its own."""
    monkeypatch.setattr("fcntl.flock", lambda *_: None)
    first = Store.create(tmp_path / "s", header())
    second = Store.open(tmp_path / "s", write=True)
    first.commit(1, records=records([1]), checkpoint=weights(1))
    with pytest.raises(
        StoreError, match="was written by another process meanwhile, so nothing was written to it"
    ):
        second.commit(1, records=records([1]), checkpoint=weights(2))
    first.commit(2, records=records([2]), checkpoint=weights(2))
    whole = Store.open(tmp_path / "s")
    whole.verify()
    assert whole.checkpoints == (1, 2)
    first.close()
    second.close()


def test_a_piece_deleted_before_its_commit_is_not_committed(tmp_path, monkeypatch):
    from dynamicl.store import _transaction

    with Store.create(tmp_path / "s", header()) as store:
        store.commit(1, records=records([1]))
        publish = _transaction.publish

        def lost(draft, path):
            publish(draft, path)
            path.unlink()

        with monkeypatch.context() as patch:
            patch.setattr(_transaction, "publish", lost)
            with pytest.raises(
                StoreError, match=r"lost .*records-2.* before it was committed: another process"
            ):
                store.commit(2, records=records([2]))
        assert Store.open(tmp_path / "s").step == 1


def test_an_empty_index_has_no_hash_to_believe():
    content, digest = encode_index(Index(header()))
    assert content.startswith(b'{"hash":"' + digest.encode() + b'","format":"dynamicl store"')
    assert json.loads(content)["commit"] == 0
