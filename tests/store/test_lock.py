import errno
import fcntl
import os

import pytest

from dynamicl.store import Store, StoreError

from .cohorts import header, train


def test_one_writer_at_a_time(tmp_path):
    first = Store.create(tmp_path / "s", header())
    message = rf"s is being written by process {os.getpid()} on .*; wait until it ends or stop it, or open the store"
    with pytest.raises(StoreError, match=message):
        Store.open(tmp_path / "s", write=True)
    Store.open(tmp_path / "s").verify()
    first.commit(1)
    first.close()
    first.close()
    with Store.open(tmp_path / "s", write=True) as second:
        second.commit(2)
    with pytest.raises(StoreError, match="is open for reading"):
        second.commit(3)


def test_a_holder_that_has_not_signed_yet(tmp_path):
    with Store.create(tmp_path / "s", header()):
        (tmp_path / "s" / "writer.lock").write_text("")
        with pytest.raises(StoreError, match="is being written by another process; wait"):
            Store.open(tmp_path / "s", write=True)


def test_a_dropped_writer_gives_its_lock_back(tmp_path):
    Store.create(tmp_path / "s", header())
    Store.open(tmp_path / "s", write=True).close()


def test_a_lock_file_left_by_the_dead_holds_nobody_up(tmp_path):
    train(tmp_path / "s", steps=(1,))
    (tmp_path / "s" / "writer.lock").write_text('{"pid": 1, "host": "elsewhere"}')
    with Store.open(tmp_path / "s", write=True) as store:
        store.commit(2)


def test_a_creator_that_lost_the_race_leaves_the_winners_store(tmp_path, monkeypatch):
    from dynamicl.store import _opening

    lock = _opening.WriterLock

    def slow(folder):
        train(folder, steps=(1,))
        return lock(folder)

    (tmp_path / "s").mkdir()
    with monkeypatch.context() as patch:
        calls = []
        patch.setattr(_opening, "WriterLock", lambda f: lock(f) if calls else calls.append(1) or slow(f))
        with pytest.raises(StoreError, match="there is already a store at"):
            Store.create(tmp_path / "s", header())
    assert Store.open(tmp_path / "s").step == 1
    Store.open(tmp_path / "s", write=True).close()


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    train(tmp_path / "s", steps=(1,))

    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        StoreError, match=r"s cannot be locked for writing \(No locks available\); put it on a file"
    ):
        Store.open(tmp_path / "s", write=True)
    assert Store.open(tmp_path / "s").step == 1


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    train(tmp_path / "s", steps=(1,))

    read = os.open

    def refuse(path, flags, *rest):
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return read(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(
        StoreError, match=r"could not write to store .*: Read-only file system; everything committed"
    ):
        Store.open(tmp_path / "s", write=True)
