import sys
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
