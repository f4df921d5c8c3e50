import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from dynamicl.data import load_official

SIDE = 7
INK = np.random.default_rng(0).random((3, 2, SIDE, SIDE)) < 0.4
PLACES = {"background": [("Beta", 0), ("Zeta", 1)], "evaluation": [("Eta_(old)", 2)]}


def png(ink):
    stream = io.BytesIO()
    Image.fromarray(~ink).convert("1").save(stream, "PNG")
    return stream.getvalue()


def archives(folder, drawings=(1, 2), extra=()):
    """The official layout: paper white, ink black, 1 bit; members in no particular order."""
    for name, places in PLACES.items():
        with zipfile.ZipFile(folder / f"images_{name}.zip", "w") as archive:
            archive.writestr(f"images_{name}/", "")
            archive.writestr("__MACOSX/images_background/Beta/character01/._0001_01.png", "no picture")
            for alphabet, row in reversed(places):
                for drawing in drawings:
                    member = f"images_{name}/{alphabet}/character01/{row:04d}_{drawing:02d}.png"
                    archive.writestr(member, png(INK[row, drawing - 1]))
            for member, content in extra:
                archive.writestr(member, content)
    return folder


def test_reads_both_archives_in_alphabetical_order(tmp_path):
    drawings = load_official(archives(tmp_path), exemplars=2, size=SIDE)
    assert drawings.classes == ("Beta/character01", "Eta_(old)/character01", "Zeta/character01")
    np.testing.assert_array_equal(drawings.ink, INK[[0, 2, 1]])


def test_reads_one_archive(tmp_path):
    archives(tmp_path)
    (tmp_path / "images_background.zip").unlink()
    drawings = load_official(tmp_path, sets=("evaluation",), exemplars=2, size=SIDE)
    np.testing.assert_array_equal(drawings.ink, INK[[2]])


def test_missing_archive(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no images_background\.zip .*download it from .*load_omniglot\(\)"
    ):
        load_official(tmp_path)


def test_damaged_archive(tmp_path):
    archives(tmp_path)
    path = tmp_path / "images_evaluation.zip"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(
        ValueError, match=r"images_evaluation\.zip cannot be read .*damaged, download it again"
    ):
        load_official(tmp_path, exemplars=2, size=SIDE)


@pytest.mark.parametrize("content", [b"not a picture", png(INK[0, 0])[:45]], ids=["text", "cut"])
def test_damaged_picture(tmp_path, content):
    archives(tmp_path, extra=[("images_background/Beta/character02/0009_01.png", content)])
    with pytest.raises(ValueError, match="cannot be read .*damaged"):
        load_official(tmp_path, exemplars=2, size=SIDE)


def test_picture_of_another_size(tmp_path):
    with pytest.raises(ValueError, match=r"0001_01\.png is 7 x 7, not 105 x 105: give `size` to match"):
        load_official(archives(tmp_path), exemplars=2)


@pytest.mark.parametrize("drawings", [(1,), (1, 3)])
def test_missing_drawings(tmp_path, drawings):
    archives(tmp_path, drawings=[1])
    if 3 in drawings:
        with zipfile.ZipFile(tmp_path / "images_background.zip", "a") as archive:
            archive.writestr("images_background/Beta/character01/0000_03.png", png(INK[0, 0]))
    message = f"Beta/character01 holds {len(drawings)} drawings, not 1 to 2: the archive is incomplete"
    with pytest.raises(ValueError, match=message):
        load_official(tmp_path, exemplars=2, size=SIDE)


def test_archive_of_something_else(tmp_path):
    for name in PLACES:
        with zipfile.ZipFile(tmp_path / f"images_{name}.zip", "w") as archive:
            archive.writestr("readme.txt", "nothing")
    with pytest.raises(ValueError, match="holds no drawing: expected members like"):
        load_official(tmp_path)


@pytest.mark.parametrize("sets", [(), ("train",), ("background", "background")])
def test_unknown_sets(tmp_path, sets):
    with pytest.raises(ValueError, match=re.escape(f"`sets` is {sets!r}: name 'background', 'evaluation'")):
        load_official(tmp_path, sets=sets)


def test_reads_what_was_unpacked(tmp_path):
    archives(tmp_path)
    for name in PLACES:
        with zipfile.ZipFile(tmp_path / f"images_{name}.zip") as archive:
            archive.extractall(tmp_path)
        (tmp_path / f"images_{name}.zip").unlink()
    drawings = load_official(tmp_path, exemplars=2, size=SIDE)
    assert drawings.classes == ("Beta/character01", "Eta_(old)/character01", "Zeta/character01")
    np.testing.assert_array_equal(drawings.ink, INK[[0, 2, 1]])
    picture = next((tmp_path / "images_background").rglob("*.png"))
    picture.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"cannot be read .*: unpack the archive again"):
        load_official(tmp_path, exemplars=2, size=SIDE)
    for picture in (tmp_path / "images_background").rglob("*.png"):
        picture.unlink()
    with pytest.raises(
        ValueError, match="holds no drawing: expected files like Greek/character01/0394_01.png in it"
    ):
        load_official(tmp_path, exemplars=2, size=SIDE)


def test_a_member_that_would_unpack_to_gigabytes_is_refused_before(tmp_path):
    archives(tmp_path, extra=[("images_background/Beta/character02/0001_01.png", b"\0" * 10_000_000)])
    with pytest.raises(
        ValueError, match="0001_01.png takes 10,000,000 bytes unpacked, 65,928 at most for 7 x 7"
    ):
        load_official(tmp_path, exemplars=2, size=SIDE)
