"""Damaged files and full disks: one line that says what is wrong, and what was committed stays readable."""

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dynamicl.store import Store, StoreError, save_weights

from .cohorts import RUNS, attention, header, records, train, weights

TESTS = Path(__file__).parents[1]


def piece(path, kind, number=0):
    return sorted((path / "pieces").glob(f"*-{kind}-*"))[number]


def flip(path, content):
    """Invert a byte in the middle of some content inside a file."""
    data = bytearray(path.read_bytes())
    at = data.index(content) + len(content) // 2
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_a_damaged_byte_is_traced_to_its_run(tmp_path):
    train(tmp_path / "s")
    flip(piece(tmp_path / "s", "checkpoint", 1), weights(20)["embed/table"][1].tobytes())
    store = Store.open(tmp_path / "s")
    message = (
        r"the checkpoint at step 20 of run bb02 is damaged \(.*-checkpoint-20-[0-9a-f]{8}.zarr.zip: .*\); "
        "restore the file from a copy, use another step, or delete the store and train again"
    )
    with pytest.raises(StoreError, match=message):
        store.checkpoint(20)
    with pytest.raises(StoreError, match=message):
        store.checkpoint(20, "bb02")
    with pytest.raises(StoreError, match=message):
        store.verify()
    for run in ("aa01", "cc03"):
        assert np.array_equal(
            store.checkpoint(20, run)["norm.scale"], weights(20)["norm.scale"][RUNS.index(run)]
        )
    assert store.checkpoint(10).keys() == weights(10).keys()
    assert len(store.records()["step"]) == 30


def test_damage_to_what_runs_share_names_them_all(tmp_path):
    train(tmp_path / "s")
    flip(piece(tmp_path / "s", "checkpoint"), weights(10)["norm.scale"].tobytes())
    with pytest.raises(StoreError, match=r"the checkpoint at step 10 of runs aa01, bb02, cc03 is damaged"):
        Store.open(tmp_path / "s").checkpoint(10)


def test_content_is_checked_where_the_zip_file_is_in_order(tmp_path):
    """Another run's weights in a well-formed file: only the hash can tell."""
    train(tmp_path / "s")
    train(tmp_path / "t")
    with Store.open(tmp_path / "t", write=True) as store:
        store.rewind(10)
        store.commit(20, checkpoint={name: value * 2 for name, value in weights(20).items()})
    for kind in ("checkpoint", "state"):
        for source in (tmp_path / "t" / "pieces").glob(f"*-{kind}-20*"):
            piece(tmp_path / "s", kind, 1 if kind == "checkpoint" else 0).write_bytes(source.read_bytes())
    store = Store.open(tmp_path / "s")
    with pytest.raises(
        StoreError, match=r"at step 20 is damaged .*: its list of hashes is not the one that was"
    ):
        store.checkpoint(20)


@pytest.mark.parametrize("kind", ["records", "extras", "state"])
def test_damage_to_other_pieces(tmp_path, kind):
    train(tmp_path / "s", steps=(10,))
    path = piece(tmp_path / "s", kind)
    read = {"records": Store.records, "extras": Store.extras, "state": Store.state}[kind]
    whole = path.read_bytes()
    what = "the records of steps 1 to 10" if kind == "records" else f"the {kind} at step 10"
    for damaged in (
        b"",
        b"no zip file",
        whole[: len(whole) // 2],
        whole.replace(b"zarr_format", b"zarr_fxrmat"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=f"{what} is damaged .*; restore the file from a copy"):
            read(Store.open(tmp_path / "s"))
    path.unlink()
    with pytest.raises(
        StoreError, match=rf"s lacks .*{kind}-10-[0-9a-f]*.zarr.zip, which its index names; restore"
    ):
        read(Store.open(tmp_path / "s"))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            "state",
            "the state at step 10 is damaged .*: its content does not have the hash that was committed",
        ),
        ("checkpoint", "at step 10 of run aa01 is damaged .*: the content does not have the hash that was"),
    ],
)
def test_a_chunk_that_is_lost_is_noticed(tmp_path, kind, message):
    """Zarr reads a missing chunk as zeros, so here too only the hash can tell."""
    train(tmp_path / "s", steps=(10,))
    path = piece(tmp_path / "s", kind)
    with zipfile.ZipFile(path) as whole:
        content = {name: whole.read(name) for name in whole.namelist()}
    content.pop(next(name for name in content if "/c/0" in name))
    with zipfile.ZipFile(path, "w") as less:
        for name, data in content.items():
            less.writestr(name, data)
    with pytest.raises(StoreError, match=message):
        Store.open(tmp_path / "s").verify()
    if kind == "checkpoint":
        with pytest.raises(
            StoreError, match=r"of run aa01 is damaged .*: its content does not have the hash"
        ):
            Store.open(tmp_path / "s").checkpoint(10, 0)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    train(tmp_path / "s", steps=(10,))
    store = Store.open(tmp_path / "s")

    def refuse(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("dynamicl.store._pieces.read_arrays", refuse)
    with pytest.raises(
        StoreError, match=r"the state at step 10 cannot be read \(.*Permission denied\); check its"
    ):
        store.state()
    monkeypatch.setattr("dynamicl.store._reading.read_regular", refuse)
    with pytest.raises(
        StoreError, match=r"index.json cannot be read \(Permission denied\); check its permissions"
    ):
        Store.open(tmp_path / "s")


def test_a_damaged_old_piece_does_not_stop_a_training(tmp_path):
    with Store.create(tmp_path / "s", header()) as store:
        for step in range(1, 8):
            store.commit(step, records=records([step]))
    piece(tmp_path / "s", "records", 2).write_bytes(b"")
    with Store.open(tmp_path / "s", write=True) as store:
        for step in range(8, 20):
            store.commit(step, records=records([step]), checkpoint=weights(step))
        assert len(store.checkpoint(19)) == 2
        with pytest.raises(StoreError, match="the records at step 3 is damaged"):
            store.records()


def commit(store, step):
    store.commit(
        step,
        records=records([step]),
        checkpoint=weights(step),
        extras=attention(step),
        state={"w": weights(step)["embed/table"]},
    )


CALLS = [
    ("dynamicl.store._transaction.write_arrays", 3),
    ("dynamicl.files._atomic.os.fsync", 8),
    ("dynamicl.files._atomic.os.replace", 4),
    ("pathlib.Path.write_bytes", 0),
]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            errno.ENOSPC,
            "the disk is full; everything committed up to step 1 stays readable; free some space, then",
        ),
        (
            errno.EDQUOT,
            "the disk quota is used up; everything committed up to step 1 stays readable; free some",
        ),
        (errno.EFBIG, "the file is larger than this system allows; .*; raise the file size limit"),
        (
            errno.EIO,
            "Input/output error; everything .*; check that the folder exists, is writable and its disk",
        ),
    ],
)
@pytest.mark.parametrize(("call", "after"), CALLS)
def test_a_disk_that_refuses(tmp_path, monkeypatch, call, after, code, reason):
    with Store.create(tmp_path / "s", header()) as store:
        commit(store, 1)
        before = {path: path.read_bytes() for path in (tmp_path / "s").rglob("*.*")}
        module, name = call.rsplit(".", 1)
        target = Path if name == "write_bytes" else sys.modules.get(module) or os
        kept, left = getattr(target, name), [after]

        def refuse(*args, **kwargs):
            if not left[0]:
                raise OSError(code, os.strerror(code))
            left[0] -= 1
            return kept(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(call, refuse)
            with pytest.raises(
                StoreError, match=rf"could not write the (state at step 2 to|index of) .*: {reason}"
            ):
                commit(store, 2)
        assert {path: path.read_bytes() for path in (tmp_path / "s").rglob("*.*")} == before
        assert store.step == 1
        store.verify()
        commit(store, 2)
        assert store.checkpoints == (1, 2)


def test_an_interrupt_after_the_rename_keeps_the_commit(tmp_path, monkeypatch):
    with Store.create(tmp_path / "s", header()) as store:
        commit(store, 1)

        def interrupt(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("dynamicl.store._transaction.Transaction.clean_up", interrupt)
            with pytest.raises(KeyboardInterrupt):
                commit(store, 2)
        assert store.step == 2
        store.verify()
        commit(store, 3)
    assert len(list((tmp_path / "s" / "pieces").glob("*-state-*"))) == 1


def test_no_room_for_a_new_store(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("dynamicl.store._opening.write_index", refuse)
        with pytest.raises(
            StoreError, match=r"could not write a new store at .*: the disk is full; nothing was"
        ):
            Store.create(tmp_path / "s", header())
    with Store.create(tmp_path / "s", header()) as store, monkeypatch.context() as patch:
        patch.setattr("dynamicl.store._transaction.write_arrays", refuse)
        with pytest.raises(
            StoreError, match=r"could not write .*: the disk is full; nothing was committed before"
        ):
            store.commit(1, state={"w": np.ones(3)})


FILL = """
import sys, resource, numpy as np
from dynamicl.store import Store, StoreError
from store.cohorts import header, records
path, limit = sys.argv[1], int(sys.argv[2])
store = Store.create(path, header())
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    for step in range(1, 100):
        store.commit(step, records=records([step]), state={"w": np.random.default_rng(0).random(4000 * step)})
        print(step, flush=True)
except StoreError as error:
    print(error, flush=True)
store.verify()
print(len(list((store.path / "pieces").glob("*.tmp"))), store.records().sizes["step"], store.state()[0])
"""


def fill(path, limit=0):
    """Write ever larger states in a process of its own until the disk refuses; what it said."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-W", "error", "-c", FILL, str(path), str(limit)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *steps, error, after = done.stdout.splitlines()
    assert after == f"0 {steps[-1]} {steps[-1]}"
    store = Store.open(path)
    store.verify()
    assert store.step == int(steps[-1])
    return error


def test_a_file_size_limit(tmp_path):
    error = fill(tmp_path / "s", 300_000)
    assert (
        "the file is larger than this system allows; everything committed up to step 9 stays readable"
        in error
    )


def test_a_full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        error = fill(disk / "s")
        assert "could not write the state at step" in error
        assert "the disk is full; everything committed up to step" in error
        assert "free some space, then resume" in error
        with pytest.raises(
            StoreError, match="could not write weights to .*: the disk is full; a file that was"
        ):
            save_weights(disk / "w.safetensors", {"w": np.zeros(1 << 18)})
        assert not list(disk.glob("*.tmp"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
