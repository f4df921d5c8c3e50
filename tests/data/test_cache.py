import io
import os
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dynamicl.data import cache_folder, clear_cache
from dynamicl.data._cache import content_key, keep, recall


def test_folder_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DYNAMICL_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DYNAMICL_CACHE", "~/there")
    assert cache_folder() == tmp_path / "there"


@pytest.mark.parametrize(
    ("platform", "variable", "where"),
    [
        ("linux", "XDG_CACHE_HOME", "set/dynamicl"),
        ("linux", None, ".cache/dynamicl"),
        ("darwin", None, "Library/Caches/dynamicl"),
        ("win32", "LOCALAPPDATA", "set/dynamicl/Cache"),
        ("win32", None, "AppData/Local/dynamicl/Cache"),
    ],
)
def test_folder_by_platform(monkeypatch, tmp_path, platform, variable, where):
    for name in ("DYNAMICL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "set"))
    assert cache_folder() == tmp_path / Path(where)


def test_tests_leave_the_users_own_cache_alone():
    """`tests/conftest.py` sets a folder inside the repository; those of this room have one each."""
    root = Path(__file__).parents[1]
    assert (
        '"DYNAMICL_CACHE"] = str(Path(__file__).parents[1] / ".pytest_cache"'
        in (root / "conftest.py").read_text()
    )
    assert Path.home() / ".cache" not in cache_folder().parents


def test_kept_and_recalled(cache):
    values = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    assert recall("k", (1, 2, 3)) is None
    keep("k", values)
    np.testing.assert_array_equal(recall("k", (1, 2, 3)), values)
    assert [path.name for path in cache.iterdir()] == ["features-k.npz"]


@pytest.mark.parametrize(
    "values",
    [np.zeros((2, 1, 3), np.float32), np.zeros((1, 2, 3)), np.full((1, 2, 3), np.nan, np.float32)],
)
def test_not_what_was_asked_for(values, caplog):
    keep("k", values)
    assert recall("k", (1, 2, 3)) is None
    assert "not what their name says" in caplog.text


def test_nothing_is_unpickled(cache):
    cache.mkdir()
    np.savez(cache / "features-k.npz", values=np.array([print], dtype=object), key=np.array("k"))
    assert recall("k", (1,)) is None


def test_key_follows_the_content_not_the_order():
    assert content_key({"a": 1, "b": [2]}) == content_key({"b": [2], "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})


def test_clearing_leaves_other_files_alone(cache):
    assert clear_cache() == 0
    keep("k", np.zeros((1, 1, 1), np.float32))
    keep("l", np.zeros((1, 1, 1), np.float32))
    (cache / "mine.npz").write_text("mine")
    assert clear_cache() == 2
    assert [path.name for path in cache.iterdir()] == ["mine.npz"]


def bomb(path):
    """A file of kilobytes whose array takes a gigabyte."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (1 << 28,)})
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("values.npy", "w") as member,
    ):
        member.write(head.getvalue())
        for _ in range(1 << 10):
            member.write(bytes(1 << 20))


def claim(path):
    """An array that claims a terabyte."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (1 << 38,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("values.npy", head.getvalue() + bytes(64))


def brackets(path):
    path.write_bytes(b"[" * 1_000_000)


@pytest.mark.parametrize("put", [bomb, claim, os.mkfifo, os.mkdir, brackets])
def test_what_is_no_cached_file_of_that_shape_is_computed_again(cache, caplog, put):
    cache.mkdir()
    put(cache / "features-k.npz")
    began = time.monotonic()
    assert recall("k", (2, 3, 4)) is None
    assert time.monotonic() - began < 5 and "computing them again" in caplog.text


def test_a_device_in_the_place_of_a_cached_file_is_not_read(cache, caplog):
    cache.mkdir()
    (cache / "features-k.npz").symlink_to("/dev/zero")
    assert recall("k", (2, 3, 4)) is None and "computing them again" in caplog.text
