"""Features by class and exemplar, as samplers gather them."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float32


@final
@dataclass(frozen=True, eq=False)
class FeatureTable:
    """The features of some classes and exemplars.

    Attributes:
        values: Shape (class, exemplar, feature); rows and columns in the order in which they were asked for.
        classes: Name of each class.
        spec: The source's spec.
    """

    values: Float32[np.ndarray, "class exemplar feature"]
    classes: tuple[str, ...]
    spec: dict[str, Any]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.values.shape[0]

    @property
    def n_exemplars(self) -> int:
        """Number of exemplars of each class."""
        return self.values.shape[1]

    @property
    def dimension(self) -> int:
        """Number of features of an exemplar."""
        return self.values.shape[2]
