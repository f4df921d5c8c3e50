import os
import stat
import threading

import pytest

from dynamicl.files import check_target, locked, make_folder, temporary, write_atomically
from dynamicl.specs import SpecError


def test_content_is_replaced_whole_and_nothing_is_left_beside(tmp_path):
    path = tmp_path / "f"
    for content in (b"one", b"two"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert [inside.name for inside in tmp_path.iterdir()] == ["f"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "f"
    write_atomically(path, b"one")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(path, b"two")
    assert path.read_bytes() == b"one" and len(list(tmp_path.iterdir())) == 1


def test_temporary_names_are_ones_own(tmp_path):
    drafts = {temporary(tmp_path / "f") for _ in range(20)}
    assert len(drafts) == 20
    assert all(stat.S_ISREG(draft.lstat().st_mode) for draft in drafts)


@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_file_is_not_replaced(tmp_path, kind):
    path = tmp_path / "target"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(SpecError, match="`.*target` is there and is no regular file: give another name"):
        write_atomically(path, b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    check_target(tmp_path / "not there")


def test_ancestors_are_made_and_flushed(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("dynamicl.files._atomic.sync", synced.append)
    make_folder(tmp_path / "a" / "b" / "c")
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    make_folder(tmp_path / "a")
    assert len(synced) == 3


def test_read_change_write_under_a_lock_loses_nothing(tmp_path):
    path = tmp_path / "count"

    def add():
        for _ in range(20):
            with locked(path):
                write_atomically(path, str(int(path.read_text() or 0) + 1).encode())

    path.write_text("0")
    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "60"


def test_whoever_waits_too_long_is_told(tmp_path):
    with (
        locked(tmp_path / "f"),
        pytest.raises(SpecError, match="`.*f` is being changed by another process: wait until that ends"),
        locked(tmp_path / "f", patience=0.05),
    ):
        pass


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "f.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"), locked(tmp_path / "f"):
        pass
    assert not (tmp_path / "precious").exists()
