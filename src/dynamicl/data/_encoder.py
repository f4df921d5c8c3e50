"""What every source of features offers.

A `FeatureSource` says what it is; an `Encoder` is one that computes features from images, a `FeatureFile` one
that holds them. Both go into `features`, and both come back from their `spec` by `source_from_spec`.
"""

import abc
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float32

from ._resize import resize


class FeatureSource(abc.ABC):
    """Where the vectors that stand for exemplars come from.

    Attributes:
        version: raised whenever the same fields come to mean other features; part of the `spec`.
    """

    version: ClassVar[int] = 1

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """Short name of the kind, e.g. "raw_pixels"."""

    @property
    @abc.abstractmethod
    def dimension(self) -> int:
        """Number of features of an exemplar."""

    @property
    @abc.abstractmethod
    def spec(self) -> dict[str, Any]:
        """All that decides the features, JSON-able; equal specs mean equal features."""


class Encoder(FeatureSource):
    """A fixed map from images to feature vectors.

    The features of an image depend on that image and the spec alone, never on what else is encoded: a subset
    can be encoded for a fraction of the cost and agrees with the whole.
    """

    @property
    @abc.abstractmethod
    def image_size(self) -> int:
        """Side of the images the map is defined on; others are resized to it by area averages."""

    def encode(self, images: np.ndarray) -> Float32[np.ndarray, "n dimension"]:
        """Encode images.

        Args:
            images: Float or bool (n, h, h), ink 1 and paper 0; of any size.

        Returns:
            Standardised features, shape (n, dimension).

        Raises:
            ValueError: `images` is not of shape (n, h, h) or holds a value that is not finite.

        Example:
            >>> from dynamicl.data import RawPixels, load_omniglot
            >>> RawPixels().encode(load_omniglot().images([0, 1, 2], 0)).shape
            (3, 784)
        """
        if images.ndim != 3 or images.shape[1] != images.shape[2] or not images.shape[1]:
            raise ValueError(f"`images` has shape {images.shape}: give square images, shape (n, h, h)")
        pixels = np.asarray(images, dtype=np.float32)
        if not np.isfinite(pixels).all():
            raise ValueError("`images` holds values that are not finite: ink is 1 and paper 0")
        return self._standardised(resize(pixels, self.image_size))

    @abc.abstractmethod
    def _standardised(self, pixels: np.ndarray) -> np.ndarray:
        """Encode float32 images of the right size."""
