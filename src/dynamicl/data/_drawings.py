"""Images addressed by class and exemplar.

Everything that can be encoded is a `Drawings`: the embedded Omniglot, the official archives, or an augmented
view of either. Samplers work with indices; an image exists only once `images` is asked for it, so 12,984
augmented classes cost no memory.
"""

import abc
from typing import Any

import numpy as np
from jaxtyping import Bool


class Drawings(abc.ABC):
    """A set of square binary images, `n_exemplars` of each class.

    Attributes:
        classes: One name per class, in index order.
    """

    classes: tuple[str, ...]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)

    @property
    @abc.abstractmethod
    def n_exemplars(self) -> int:
        """Number of drawings of each class."""

    @property
    @abc.abstractmethod
    def size(self) -> int:
        """Side of an image in pixels."""

    @property
    @abc.abstractmethod
    def block(self) -> int:
        """Number of consecutive classes that are variants of one character (1 where nothing is augmented)."""

    @property
    @abc.abstractmethod
    def digest(self) -> str:
        """Hash of the content: two sets with the same digest hold the same images at the same indices."""

    def images(self, classes: Any, exemplars: Any) -> Bool[np.ndarray, "*shape size size"]:
        """Return the images at the given addresses.

        Args:
            classes: Integers in [0, n_classes), of any shape.
            exemplars: Integers in [0, n_exemplars); broadcast against `classes`.

        Returns:
            Ink, shape (*broadcast shape, size, size); True where there is ink. A fresh array.

        Raises:
            ValueError: An index is not an integer or out of range.
        """
        rows = _checked("classes", classes, self.n_classes)
        columns = _checked("exemplars", exemplars, self.n_exemplars)
        rows, columns = np.broadcast_arrays(rows, columns)
        return self._gather(rows, columns)

    @abc.abstractmethod
    def _gather(self, classes: np.ndarray, exemplars: np.ndarray) -> np.ndarray:
        """Return the images at addresses already checked and broadcast."""


def _checked(argument: str, indices: Any, count: int) -> np.ndarray:
    indices = np.asarray(indices)
    if not np.issubdtype(indices.dtype, np.integer):
        raise ValueError(
            f"`{argument}` has dtype {indices.dtype}: give integer indices from 0 to {count - 1}"
        )
    outside = indices[(indices < 0) | (indices >= count)]
    if outside.size:
        raise ValueError(
            f"`{argument}` holds {outside.flat[0]}: indices go from 0 to {count - 1} in these drawings"
        )
    return indices
