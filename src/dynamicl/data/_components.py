"""Principal components of the pixels: few numbers a drawing, all alike in size.

A network reads 64 of these where it would read 784 pixels, a table of 12,800 classes takes 66 MB in place of 0.8 GB,
and no direction is stronger than another.
"""

import functools
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float32

from ._calibration import calibration_images
from ._encoder import Encoder
from ._pixels import RawPixels

_SIZE = 28


@final
@dataclass(frozen=True)
class PrincipalComponents(Encoder):
    """Whitened principal components of 28 x 28 pixels.

    The pixels minus their mean are projected on the directions in which the calibration drawings (the first drawing of
    each of the 1623 characters, untransformed) vary most, and each projection is divided by its standard deviation
    there. Drawings outside that set, and turned ones, vary by about as much.

    Every direction is given the sign that makes its largest pixel positive, so that it is the same on every machine up
    to rounding.

    Attributes:
        components: how many, those of largest variance; `dimension` is this.

    Raises:
        ValueError: `components` is outside 1 .. 512.

    Example:
        >>> PrincipalComponents().dimension
        64
    """

    components: int = 64

    def __post_init__(self) -> None:
        if not 1 <= self.components <= 512:
            raise ValueError(f"`components` is {self.components}: give 1 to 512")

    @property
    def name(self) -> str:
        return "principal_components"

    @property
    def dimension(self) -> int:
        return self.components

    @property
    def image_size(self) -> int:
        return _SIZE

    @property
    def spec(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "components": self.components}

    @functools.cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean, shape (pixel,), and the map to components, shape (pixel, component)."""
        pixels = calibration_images().reshape(-1, _SIZE**2).astype(np.float64)
        mean = pixels.mean(0)
        variances, directions = np.linalg.eigh((pixels - mean).T @ (pixels - mean) / len(pixels))
        variances, directions = variances[::-1], directions[:, ::-1]
        largest = np.abs(directions).argmax(0)
        directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
        kept = slice(0, self.components)
        return mean, directions[:, kept] / np.sqrt(variances[kept])

    def noise_of_pixels(self) -> Float32[np.ndarray, " dimension"]:
        """Return the standard deviation of each component where every pixel has independent noise of 1.

        In the unit of `RawPixels`: the root mean square of a pixel's deviation from its mean. Directions are at right
        angles, so that the components' noise is independent too.
        """
        _, projection = self._moments
        pixel = RawPixels(_SIZE).deviation
        return (pixel * np.sqrt(np.square(projection).sum(0))).astype(np.float32)

    def _standardised(self, pixels: np.ndarray) -> Float32[np.ndarray, "n dimension"]:
        mean, projection = self._moments
        # In double precision, so that how many drawings are encoded together does not show.
        flat = pixels.reshape(-1, _SIZE**2).astype(np.float64)
        return ((flat - mean) @ projection).astype(np.float32)
