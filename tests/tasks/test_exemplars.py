import base64
import io
import zipfile

import h5py
import numpy as np
import PIL.Image
import pytest

from dynamicl import data
from dynamicl.specs import SpecError, validate
from dynamicl.tasks import ExemplarSpec
from small import forged


def test_features_are_those_of_the_encoder():
    table = ExemplarSpec(encoder_seed=3, class_seed=1).load(3, 2, 2)
    assert table.features.shape == (5, 2, 512)
    images = data.load_omniglot()
    split = data.split_drawings(images, train=3, test=2, seed=1)
    assert table.pictures.classes.tolist() == [*split.train, *split.test]
    drawings = images.images(table.pictures.classes, np.zeros(5, int))
    np.testing.assert_allclose(
        table.features[:, 0], data.RandomConvolution(seed=3).encode(drawings), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("encoder", "width"),
    [("pixels", 784), ("random-convolution", 512), ("random-convolution-standardised", 512)],
)
@pytest.mark.parametrize("augmentation", ["none", "one_transform"])
def test_every_encoder_loads(encoder, width, augmentation):
    table = ExemplarSpec(encoder, augmentation=augmentation).load(2, 2, 1)
    assert table.features.shape == (4, 1, width)
    assert np.isfinite(table.features).all()


def test_a_picture_is_the_drawing():
    pictures = ExemplarSpec().load(2, 0, 3).pictures
    told = pictures.describe(1, 2)
    assert told["kind"] == "image"
    image = np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(told["png"]))))
    ink = data.load_omniglot().images(int(pictures.classes[1]), 2)
    assert np.array_equal(image == 0, ink)


def test_features_from_a_file(tmp_path):
    values = np.random.default_rng(0).normal(size=(6, 2, 4)).astype(np.float32)
    np.savez(tmp_path / "f.npz", features=values)
    spec = ExemplarSpec("file", path=str(tmp_path / "f.npz"))
    assert spec.available is None
    table = spec.load(4, 2, 2)
    assert np.array_equal(table.features, values[table.pictures.classes])
    assert table.pictures.describe(3, 1) == {"kind": "text", "text": "class 3, exemplar 1"}


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SpecError, match="gone.npz") as found:
        ExemplarSpec("file", path=str(tmp_path / "gone.npz")).load(2, 0, 1)
    assert "\n" not in str(found.value)


def test_a_file_with_too_few_classes(tmp_path):
    np.savez(tmp_path / "f.npz", features=np.zeros((3, 1, 2), np.float32))
    with pytest.raises(SpecError, match="3"):
        ExemplarSpec("file", path=str(tmp_path / "f.npz")).load(4, 0, 1)


def test_one_array_of_several(tmp_path):
    values = np.random.default_rng(0).normal(size=(2, 3, 1, 4)).astype(np.float32)
    path = tmp_path / "f.h5"
    with h5py.File(path, "w") as file:
        file["net/first"], file["net/second"] = values
    table = ExemplarSpec("file", path=f"{path}::net/second").load(3, 0, 1)
    assert np.array_equal(table.features, values[1][table.pictures.classes])
    with pytest.raises(SpecError, match="holds 2 arrays of numbers: name one with `key`.*'net/first'"):
        ExemplarSpec("file", path=str(path)).load(3, 0, 1)


def official(folder, ink):
    """Official archives with the given drawings of Greek characters: paper white, ink black."""
    for name, alphabet, rows in (("background", "Greek", ink[:-1]), ("evaluation", "Tengwar", ink[-1:])):
        with zipfile.ZipFile(folder / f"images_{name}.zip", "w") as archive:
            for (row, drawing), picture in zip(
                np.ndindex(rows.shape[:2]), rows.reshape(-1, 105, 105), strict=True
            ):
                stream = io.BytesIO()
                PIL.Image.fromarray(~picture).save(stream, "png")
                member = f"images_{name}/{alphabet}/character{row + 1:02d}/0001_{drawing + 1:02d}.png"
                archive.writestr(member, stream.getvalue())
    return str(folder)


def test_the_official_archives_take_the_place_of_the_packages_drawings(tmp_path):
    ink = np.random.default_rng(0).random((4, 20, 105, 105)) < 0.3
    spec = ExemplarSpec("pixels", path=official(tmp_path, ink))
    assert spec.available is None
    validate(spec)
    table = spec.load(3, 1, 2)
    assert sorted(table.pictures.classes.tolist()) == [0, 1, 2, 3]
    for row, source in enumerate(table.pictures.classes):
        assert np.array_equal(table.features[row], data.RawPixels().encode(ink[source, :2]))
    picture = base64.b64decode(table.pictures.describe(1, 2)["png"])
    assert np.array_equal(
        np.asarray(PIL.Image.open(io.BytesIO(picture))) == 0, ink[table.pictures.classes[1], 2]
    )
    turned = ExemplarSpec("pixels", augmentation="one_transform", path=spec.path).load(8, 8, 1)
    held = set(turned.pictures.classes[:8] // 8) & set(turned.pictures.classes[8:] // 8)
    assert not held and turned.features.shape == (16, 1, 784)
    with pytest.raises(SpecError, match="do not fit into 4 classes"):
        spec.load(4, 1, 1)


def test_official_archives_that_are_not_there(tmp_path):
    with pytest.raises(SpecError, match=r"no images_background\.zip .*: download it from"):
        ExemplarSpec(path=str(tmp_path)).load(2, 0, 1)


def test_what_is_available():
    assert ExemplarSpec().available == (1623, 20)
    assert ExemplarSpec(augmentation="interleaved").available == (12984, 20)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            ExemplarSpec("file"),
            "`exemplars.path` is empty: name the feature file that `exemplars.encoder` 'file' reads",
        ),
        (
            ExemplarSpec(path="x.NPZ"),
            "`exemplars.path` is 'x.NPZ', a feature file: set `exemplars.encoder` to 'file', or give the folder",
        ),
        (
            ExemplarSpec("file", augmentation="interleaved", path="x"),
            "features from a file cannot be augmented",
        ),
        (ExemplarSpec(encoder_seed=-1), "`exemplars.encoder_seed` is -1: give 0 or more"),
        (ExemplarSpec(class_seed=-1), "`exemplars.class_seed` is -1: give 0 or more"),
        (forged(ExemplarSpec(), encoder="vgg"), "`encoder` is 'vgg': choose one of 'random-convolution'"),
    ],
)
def test_combinations_that_mean_nothing_are_refused(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)
