import hashlib
import io
import zipfile

import pytest

from dynamicl.lab.places._packing import pack, unpack
from dynamicl.store import StoreError


def test_a_folder_arrives_as_it_was_without_locks_and_links(tmp_path):
    source = tmp_path / "source"
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "piece").write_bytes(bytes(range(256)))
    (source / "writer.lock").write_text("mine")
    (source / "link").symlink_to("a")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "old").write_text("old")
    unpack(*pack(source), tmp_path / "target")
    there = sorted(
        path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*")
    )
    assert there == ["a", "a/b", "a/b/piece"]
    assert (tmp_path / "target" / "a" / "b" / "piece").read_bytes() == bytes(range(256))


def test_what_arrives_damaged_is_refused_and_what_was_there_stays(tmp_path):
    (tmp_path / "target").mkdir()
    content, digest = pack(tmp_path / "target")
    with pytest.raises(StoreError, match="arrived damaged: its hash is another; send it again"):
        unpack(content + b"x", digest, tmp_path / "target")
    assert (tmp_path / "target").is_dir()


@pytest.mark.parametrize("name", ["../out", "/out"])
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    content = packed.getvalue()
    with pytest.raises(StoreError, match="leads out of it: refused"):
        unpack(content, hashlib.sha256(content).hexdigest(), tmp_path / "target")
    assert not (tmp_path / "out").exists()
