import logging
import re

import numpy as np
import pytest

from dynamicl.data import (
    FeatureFile,
    FeatureSource,
    RandomConvolution,
    RawPixels,
    augment,
    features,
    load_omniglot,
)
from dynamicl.data import _encoder as encoder_module


@pytest.fixture
def counted(monkeypatch):
    """How many images were encoded, so that a cache that is never used does not go unnoticed."""
    count = []
    encode = encoder_module.Encoder.encode
    monkeypatch.setattr(
        encoder_module.Encoder, "encode", lambda self, x: (count.append(len(x)), encode(self, x))[1]
    )
    return count


def test_rows_and_columns_in_the_order_asked_for():
    omniglot = load_omniglot()
    table = features(RawPixels(), classes=[9, 2], exemplars=[5, 0, 3])
    assert table.values.shape == (2, 3, 784) and table.values.dtype == np.float32
    assert table.classes == (omniglot.classes[9], omniglot.classes[2])
    assert (table.n_classes, table.n_exemplars, table.dimension) == (2, 3, 784)
    assert table.spec == RawPixels().spec
    for i, row in enumerate([9, 2]):
        for j, column in enumerate([5, 0, 3]):
            expected = RawPixels().encode(omniglot.images([row], column))[0]
            np.testing.assert_array_equal(table.values[i, j], expected)


def test_a_subset_agrees_with_the_whole():
    whole = features(RandomConvolution(features=32), 12, 3).values
    part = features(RandomConvolution(features=32), [11, 4], [2]).values
    np.testing.assert_array_equal(part, whole[[11, 4]][:, [2]])


def test_everything_by_default(scribbles):
    table = features(RawPixels(size=6), drawings=scribbles)
    assert table.values.shape == (3, 20, 36) and table.classes == scribbles.classes


def test_more_images_than_one_chunk(monkeypatch, scribbles):
    whole = features(RawPixels(size=6), drawings=scribbles, cache=False).values
    monkeypatch.setattr("dynamicl.data._features._CHUNK", 7)
    np.testing.assert_array_equal(features(RawPixels(size=6), drawings=scribbles, cache=False).values, whole)


def test_only_what_is_asked_for_is_encoded_and_only_once(counted):
    first = features(RawPixels(), 4, 2)
    assert sum(counted) == 8
    again = features(RawPixels(), 4, 2)
    assert sum(counted) == 8
    np.testing.assert_array_equal(again.values, first.values)
    assert again.classes == first.classes


def test_cache_tells_apart_all_that_matters(counted, scribbles):
    asked = [
        dict(source=RawPixels(size=6), classes=2),
        dict(source=RawPixels(size=5), classes=2),
        dict(source=RawPixels(size=6), classes=[1, 0]),
        dict(source=RawPixels(size=6), classes=2, exemplars=[1]),
        dict(source=RawPixels(size=6), classes=2, drawings=scribbles),
        dict(source=RawPixels(size=6), classes=2, drawings=augment(scribbles, "one_transform")),
        dict(source=RawPixels(size=6), classes=2, drawings=augment(scribbles, "interleaved")),
    ]
    plain = [features(**{"exemplars": 1, **arguments}, cache=False).values for arguments in asked]
    for _ in range(2):
        for arguments, expected in zip(asked, plain, strict=True):
            found = features(**{"exemplars": 1, **arguments}).values
            np.testing.assert_array_equal(found, expected)
    assert sum(counted) == 2 * 2 * len(asked)


def test_cache_can_be_left_out(counted, cache):
    for _ in range(2):
        features(RawPixels(), 1, 1, cache=False)
    assert sum(counted) == 2 and not cache.exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "other"])
def test_a_damaged_cache_file_is_computed_again(counted, cache, damage, caplog):
    expected = features(RawPixels(), 3, 2).values
    (path,) = cache.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 255
    elif damage == "other":
        np.savez(path, values=np.zeros((3, 2, 784), np.float32), key=np.array("another"))
        content = path.read_bytes()
    else:
        content = b"" if damage == "empty" else b"no features here"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(features(RawPixels(), 3, 2).values, expected)
    assert "computing them again" in caplog.text and sum(counted) == 12
    # And mended: the third time it is read.
    np.testing.assert_array_equal(features(RawPixels(), 3, 2).values, expected)
    assert sum(counted) == 12


def test_an_unwritable_cache_only_loses_caching(counted, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DYNAMICL_CACHE", str(tmp_path / "file" / "cache"))
    for _ in range(2):
        assert features(RawPixels(), 2, 1).values.shape == (2, 1, 784)
    assert sum(counted) == 4 and "set DYNAMICL_CACHE to a folder with room" in caplog.text


def test_a_full_disk_only_loses_caching(cache, monkeypatch, caplog):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert features(RawPixels(), 2, 1).values.shape == (2, 1, 784)
    assert "No space left" in caplog.text and list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            dict(classes=1624),
            "`classes` is 1624 but there are 1623: ask for 1 to 1623, or use `augment` for eight times",
        ),
        (
            dict(exemplars=21),
            "`exemplars` is 21 but there are 20: ask for 1 to 20, each class has so many drawings",
        ),
    ],
)
def test_more_than_there_is(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        features(RawPixels(), **arguments)


def test_more_augmented_classes_than_there_are(scribbles):
    with pytest.raises(
        ValueError, match="`classes` is 25 but there are 24: .*no more can be made by augmentation"
    ):
        features(RawPixels(), 25, drawings=augment(scribbles))


def test_a_file_takes_no_drawings(tmp_path, scribbles):
    np.savez(tmp_path / "f.npz", x=np.ones((2, 2, 3)))
    source = FeatureFile(str(tmp_path / "f.npz"))
    assert features(source, 1, 2).values.shape == (1, 2, 3)
    with pytest.raises(ValueError, match="`drawings` mean nothing to a FeatureFile"):
        features(source, drawings=scribbles)


class Nameless(FeatureSource):
    name, dimension, spec = "nameless", 1, {}


def test_a_source_of_another_kind():
    with pytest.raises(ValueError, match="`source` is a Nameless: give an Encoder or a FeatureFile"):
        features(Nameless())
