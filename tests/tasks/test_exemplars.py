import base64
import io

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


def test_what_is_available():
    assert ExemplarSpec().available == (1623, 20)
    assert ExemplarSpec(augmentation="interleaved").available == (12984, 20)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            ExemplarSpec("file"),
            "`exemplars.path` goes with `exemplars.encoder` 'file', .*: give both or neither",
        ),
        (ExemplarSpec(path="x.npz"), "`exemplars.path` goes with"),
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
