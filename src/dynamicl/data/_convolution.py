"""Frozen random convolutions: the features used unless others are asked for.

They stand in for the features of a pretrained residual network, need no download, and are the same on every
machine up to rounding: NumPy alone computes them, whatever accelerator trains the model.
"""

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float32

from ._calibration import calibration_images
from ._encoder import Encoder

_SIZE = 28
_CELLS = 16  # three poolings leave 4 x 4 of 28 x 28 pixels
_KERNELS = (5, 3, 3)
_CHANNELS = (32, 64)
_BATCH = 16  # images at a time, so that the windows of a layer stay near the core
_THREADS = 8


@final
@dataclass(frozen=True)
class RandomConvolution(Encoder):
    """Three layers of random filters, never trained.

    A drawing is first shifted so that the centre of its ink lies in the middle, as far as no ink is lost; without
    this two drawings of a character often differ by little more than their place. Then three times: convolution
    (5 x 5 to 32 channels, 3 x 3 to 64, 3 x 3 to `features` / 16; normal filters with variance 2 / fan-in, no
    bias), maximum over 2 x 2, ReLU. The 4 x 4 cells that remain, times their channels, are the features, divided by
    one common number so that their mean square over the calibration drawings (the first drawing of each of the 1623
    characters) is 1. Like the pooled features of a pretrained residual network they are positive, and most of their
    length points one common way: the mean cosine of two characters is .88.

    With `standardise`, the mean over the calibration drawings is subtracted from each feature and it is divided by
    its standard deviation over them, or by half the median of all deviations if that is more. This takes the common
    direction away and with it the plateau of the induction task (see `docs/results/induction`).

    Measured standardised, with seed 0, on the first two drawings of every character, by the cosine of their features:

    - two drawings of one character .42 on average, of two characters .003 (95th percentile .36, 99.9th .75); no
      direction is common to all (the mean of all unit vectors has length .04);
    - a drawing is nearer to the other drawing of its character than to one of another in 94 % of cases (86 %
      without centring; raw pixels 73 %), and nearer than to all 1622 others in 15 % (8 %; 4 %);
    - some classes can hardly be told apart (dots at other places): greatest cosine of two classes .99.

    Augmented classes with one transform each are told apart as well as plain ones (94 % of pairs); interleaved ones
    hardly (59 %; within a class .10), for their exemplars show a character in eight positions.

    Time on two cores: all 1623 classes with 1 drawing each 0.8 s, with 5 each 2.3 s, with 20 each 8.2 s; 12,984
    augmented classes with 1 each 3.3 s. Of this 0.4 s are for the calibration drawings, once per encoder.

    Attributes:
        features: Number of features, a multiple of 16; 512, as the published experiments' residual network
            has, by default.
        seed: Seed of the filters.
        centre: Whether drawings are centred first.
        standardise: Whether each feature gets mean 0 and deviation 1.

    Raises:
        ValueError: `features` is no positive multiple of 16, or `seed` is negative.

    References:
        "What needs to go right for an induction head?" (Singh et al. 2024) uses the 512 features of a
        ResNet-18.

    Example:
        >>> RandomConvolution().spec["features"]
        512
    """

    version: ClassVar[int] = 2

    features: int = 512
    seed: int = 0
    centre: bool = True
    standardise: bool = False

    def __post_init__(self) -> None:
        if self.features < _CELLS or self.features % _CELLS:
            raise ValueError(f"`features` is {self.features}: give a positive multiple of {_CELLS}, e.g. 512")
        if self.seed < 0:
            raise ValueError(f"`seed` is {self.seed}: give an integer of at least 0")

    @property
    def name(self) -> str:
        return "random_convolution"

    @property
    def dimension(self) -> int:
        return self.features

    @property
    def image_size(self) -> int:
        return _SIZE

    @property
    def spec(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "features": self.features,
            "seed": self.seed,
            "centre": self.centre,
            "standardise": self.standardise,
        }

    @functools.cached_property
    def _filters(self) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        widths = (1, *_CHANNELS, self.features // _CELLS)
        shapes = [(k, k, widths[i], widths[i + 1]) for i, k in enumerate(_KERNELS)]
        return [rng.standard_normal(s, np.float32) * np.float32((2 / np.prod(s[:3])) ** 0.5) for s in shapes]

    @functools.cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        raw = self._responses(calibration_images().astype(np.float32)).astype(np.float64)
        if not self.standardise:
            return np.zeros(1, np.float32), np.sqrt(np.mean(raw**2, keepdims=True)).astype(np.float32)[0]
        scale = raw.std(0)
        # Cells at the rim are excited by a few drawings only; a division by their own deviation would make
        # outliers of some hundred deviations there.
        scale = np.maximum(scale, np.median(scale) / 2)
        return raw.mean(0).astype(np.float32), scale.astype(np.float32)

    def _standardised(self, pixels: np.ndarray) -> Float32[np.ndarray, "n dimension"]:
        mean, scale = self._moments
        return (self._responses(pixels) - mean) / scale

    def _responses(self, pixels: np.ndarray) -> np.ndarray:
        out = np.empty((len(pixels), self.features), np.float32)

        def fill(start: int) -> None:
            out[start : start + _BATCH] = self._respond(pixels[start : start + _BATCH])

        with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS)) as pool:
            # The list makes an error of a thread an error here.
            list(pool.map(fill, range(0, len(pixels), _BATCH)))
        return out

    def _respond(self, pixels: np.ndarray) -> np.ndarray:
        maps = (centred(pixels) if self.centre else pixels)[..., None]
        for filters in self._filters:
            maps = np.maximum(_pooled(_convolved(maps, filters)), 0)
        return maps.reshape(len(pixels), -1)


def centred(images: np.ndarray) -> np.ndarray:
    """Shift images so that the centre of their ink lies in the middle.

    By whole pixels, and only as far as no ink is lost.

    Args:
        images: Shape (n, h, h); a blank image stays as it is.

    Returns:
        Shape (n, h, h), same values at other places.
    """
    side = images.shape[-1]
    down = _shift(images.sum(2), (images != 0).any(2))
    right = _shift(images.sum(1), (images != 0).any(1))
    rows = (np.arange(side) - down[:, None]) % side
    columns = (np.arange(side) - right[:, None]) % side
    return images[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


def _shift(mass: np.ndarray, inked: np.ndarray) -> np.ndarray:
    """Whole steps from the centre of `mass` (n, side) to the middle, as far as `inked` stays inside."""
    side = mass.shape[1]
    total = mass.sum(1, dtype=np.float64)
    middle = (side - 1) / 2
    centre = np.where(total > 0, mass @ np.arange(side) / np.where(total > 0, total, 1), middle)
    first, last = inked.argmax(1), side - 1 - inked[:, ::-1].argmax(1)
    return np.clip(np.rint(middle - centre), -first, side - 1 - last).astype(np.int64)


def _convolved(maps: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Convolve (n, h, w, c) with (k, k, c, d) at stride 1, zeros around: one matrix product a row of an image.

    A product of all images at once would round differently with their number and order. And products as small as
    these stay in the thread that asks for them, where larger ones would fight over the cores with other programs.
    """
    k = filters.shape[0]
    padded = np.pad(maps, ((0, 0), (k // 2, k // 2), (k // 2, k // 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2)).transpose(
        0, 1, 2, 4, 5, 3
    )
    rows = windows.reshape(*maps.shape[:3], filters[..., 0].size)
    return rows @ filters.reshape(-1, filters.shape[-1])


def _pooled(maps: np.ndarray) -> np.ndarray:
    """Maximum over 2 x 2 of (n, h, w, c); at the rim of an odd side, over what there is of them."""
    n, h, w, c = maps.shape
    even = np.pad(maps, ((0, 0), (0, h % 2), (0, w % 2), (0, 0)), mode="edge")
    return even.reshape(n, even.shape[1] // 2, 2, even.shape[2] // 2, 2, c).max((2, 4))
