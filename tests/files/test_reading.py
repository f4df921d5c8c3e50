import errno
import hashlib
import os
from typing import Any

import msgspec
import pytest

from dynamicl.files import (
    check_codecs,
    check_size,
    content_hash,
    convert,
    free_memory,
    nesting,
    parse_json,
    read_regular,
    user_path,
)
from dynamicl.specs import SpecError


class Shape(msgspec.Struct):
    steps: list[int]


def test_json_of_a_known_shape():
    assert parse_json(b'{"steps": [1, 2], "more": 0}', Shape, "it", "mend it").steps == [1, 2]
    assert convert({"steps": []}, Shape, "it", "mend it").steps == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "it is not what it should be .*: mend it"),
        (b"\xff", "it is not what it should be .*: mend it"),
        (
            b'{"steps": [1.5]}',
            r"it is not what it should be \(Expected `int`, got `float` - at `\$.steps\[0\]`\): mend",
        ),
        (b'{"steps": [NaN]}', "it is not what it should be"),
        (b"[" * 101 + b"]" * 101, "it is nested 101 deep, 100 at most: mend it"),
        (b"[" * 1_000_000, "it is nested 1,000,000 deep"),
    ],
)
def test_json_of_another_shape_is_one_line(content, message):
    with pytest.raises(SpecError, match=message) as caught:
        parse_json(content, Shape, "it", "mend it")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "depth"), [(b"", 0), (b"1", 0), (b"[]", 1), (b'{"a":[{}],"b":[]}', 3), (b"]]]", 0)]
)
def test_nesting_is_counted_as_by_hand(content, depth):
    assert nesting(content) == depth


def test_only_regular_files_of_a_size_that_can_be_meant_are_read(tmp_path):
    (tmp_path / "f").write_bytes(b"12345")
    assert read_regular(tmp_path / "f", 5) == b"12345"
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    cases: dict[str, Any] = {"pipe": errno.EINVAL, "endless": errno.EINVAL, "none": errno.ENOENT}
    for name, number in cases.items():
        with pytest.raises(OSError, match=f"Errno {number}"):
            read_regular(tmp_path / name)
    with pytest.raises(OSError, match="5 bytes, 4 at most"):
        read_regular(tmp_path / "f", 4)


def test_a_file_is_known_by_its_content_and_a_folder_by_its_names_too(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"1")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").write_bytes(b"1")
    assert content_hash(tmp_path / "a" / "x") == hashlib.sha256(b"1").hexdigest()
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "b")
    (tmp_path / "b" / "x").rename(tmp_path / "b" / "y")
    assert content_hash(tmp_path / "a") != content_hash(tmp_path / "b")
    (tmp_path / "a" / "x").write_bytes(b"2")
    assert content_hash(tmp_path / "a" / "x") == hashlib.sha256(b"2").hexdigest()


def test_paths_are_read_as_in_a_shell(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path("~/runs") == tmp_path / "runs"
    assert str(user_path("runs/~")) == "runs/~"
    for path in ("", "a\0b"):
        with pytest.raises(SpecError, match="`out` is .*: give the path of a file or folder"):
            user_path(path, "out")
    with pytest.raises(SpecError, match="there is no such home folder: write the path in full"):
        user_path("~nobody-of-this-name/runs")


def test_sizes_are_held_against_the_file_and_the_memory():
    assert check_size("v", (2, 3), 4) == 24
    assert check_size("v", (), 8, 8) == 8
    with pytest.raises(SpecError, match="array 'v' claims 24 bytes in a file of 23"):
        check_size("v", (2, 3), 4, 23)
    with pytest.raises(SpecError, match=r"array 'v' claims .* GiB and .* GiB are free for it"):
        check_size("v", (free_memory(),), 1)


def test_codecs_inside_shards_are_looked_at_too():
    inner = [{"name": "bytes"}, {"name": "zstd"}]
    shard = {
        "name": "sharding_indexed",
        "configuration": {"codecs": inner, "index_codecs": [{"name": "bytes"}]},
    }
    assert check_codecs("v", [shard]) and not check_codecs("v", [{"name": "bytes"}])
    inner.append({"name": "pickle"})
    with pytest.raises(SpecError, match="array 'v' is kept with the codec 'pickle', which is not opened"):
        check_codecs("v", [shard])
