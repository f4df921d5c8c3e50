import hashlib

import pytest

from dynamicl.files import content_at
from dynamicl.specs import SpecError

HELLO = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def file(tmp_path, monkeypatch):
    (tmp_path / "data.bin").write_bytes(b"hello")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data.bin"


@pytest.mark.parametrize("known", ["", HELLO])
def test_it_says_where_a_file_lies_and_what_is_in_it(file, known):
    assert content_at("data.bin", "source.path", known, "name a file") == (str(file), HELLO)


def test_what_is_gone_is_known_by_its_hash(file):
    file.unlink()
    assert content_at("data.bin", "source.path", HELLO, "name a file") == (str(file), HELLO)
    with pytest.raises(SpecError, match="`source.path` 'data.bin' cannot be read .*: name a file"):
        content_at("data.bin", "source.path", "", "name a file")


def test_other_content_is_refused_with_both_hashes(file):
    message = (
        f"what lies at `source.path` 'data.bin' is not what the run was made with.*{HELLO}, the run's had ab;"
    )
    with pytest.raises(SpecError, match=message):
        content_at("data.bin", "source.path", "ab", "name a file")


def test_a_hash_of_ones_own(file):
    found = content_at("data.bin", "source.path", "", "name a file", lambda path: path.name)
    assert found.digest == "data.bin"
