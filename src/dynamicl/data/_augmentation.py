"""Rotations and reflections of the drawings: eight classes from one, 12,984 in all, or eight times as many drawings.

The published experiments use two different constructions under one description, and they differ in how
confusable classes are:

`one_transform`, as the texts say: a class is the 20 drawings of one character, all under one transform. Class
8 c + t is character c under transform t.

`interleaved`, as the published feature extraction does: the images are ordered (drawing, then its 8
transforms), and class r takes the 20 consecutive images 20 r ... 20 r + 19. So exemplar i of class r is
drawing (20 r + i) // 8 of the whole set under transform (20 r + i) mod 8. As 8 x 20 images make a character,
8 classes still make a character, but each is about 2.5 drawings under all 8 transforms: an even row holds two
drawings complete and the first four transforms of a third, the odd row after it the other four and two more
drawings complete. Rows 2 k and 2 k + 1 thus share a drawing, and the first 1623 rows, which the extraction
takes for the classes without rotation, are the first 203 characters (202.9).

In both, classes 8 c ... 8 c + 7 come from character c alone, so a split that keeps blocks of 8 together leaks
nothing. The order of the 8 transforms is ours (turns first, then the reflected turns): the documents do not
state theirs. In `one_transform` it only renames classes; in `interleaved` it decides which half of the shared
drawing goes to which row.

`pooled` makes no new classes: a character keeps its own, of 160 drawings. Drawings 0 ... 19 are the plain ones,
20 t ... 20 t + 19 the same under transform t.

Nothing is computed ahead: an image is made when `images` asks for it.
"""

import functools
import hashlib
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
from jaxtyping import Int

from ._drawings import Drawings
from ._messages import nearest
from ._omniglot import Omniglot

TRANSFORMS = (
    "turn0",
    "turn90",
    "turn180",
    "turn270",
    "flip_turn0",
    "flip_turn90",
    "flip_turn180",
    "flip_turn270",
)
"""Names of the eight transforms: counter-clockwise turns, without and with a left-right flip before the turn."""

CONSTRUCTIONS = ("one_transform", "interleaved", "pooled")
"""Names of the ways to make classes of transformed drawings; the first two make eight of each."""

_N = len(TRANSFORMS)


@final
@dataclass(frozen=True, eq=False)
class AugmentedDrawings(Drawings):
    """Drawings under eight rotations and reflections: eight classes of each, or eight times as many drawings.

    Attributes:
        base: The drawings as they are.
        construction: "one_transform", "interleaved" or "pooled", see the module docstring.
        classes: Names, "Alphabet/characterNN/turn90" or "Alphabet/characterNN/row3"; pooled, those of `base`.

    Raises:
        ValueError: `construction` is unknown.
    """

    base: Omniglot
    construction: str
    classes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.construction not in CONSTRUCTIONS:
            raise ValueError(
                f"`construction` is {self.construction!r}: {nearest(self.construction, CONSTRUCTIONS)}"
            )
        if self.construction == "pooled":
            object.__setattr__(self, "classes", self.base.classes)
            return
        rows = tuple(f"row{k}" for k in range(_N))
        variants = TRANSFORMS if self.construction == "one_transform" else rows
        names = tuple(f"{character}/{variant}" for character in self.base.classes for variant in variants)
        object.__setattr__(self, "classes", names)

    @property
    def n_exemplars(self) -> int:
        return self.base.n_exemplars * (_N if self.construction == "pooled" else 1)

    @property
    def size(self) -> int:
        return self.base.size

    @property
    def block(self) -> int:
        return 1 if self.construction == "pooled" else _N

    @functools.cached_property
    def digest(self) -> str:
        return hashlib.sha256(f"augmented {self.construction} {self.base.digest}".encode()).hexdigest()

    def locate(
        self, classes: Any, exemplars: Any
    ) -> tuple[Int[np.ndarray, "*s"], Int[np.ndarray, "*s"], Int[np.ndarray, "*s"]]:
        """Say where an augmented image comes from.

        Args:
            classes: Augmented class indices, any shape.
            exemplars: Exemplar indices; broadcast against `classes`.

        Returns:
            Class in `base`, exemplar in `base`, index into `TRANSFORMS`; all of the broadcast shape.
        """
        classes, exemplars = np.broadcast_arrays(classes, exemplars)
        if self.construction == "one_transform":
            sources = classes // _N, exemplars, classes % _N
        elif self.construction == "pooled":
            sources = classes, exemplars % self.base.n_exemplars, exemplars // self.base.n_exemplars
        else:
            position = self.n_exemplars * classes + exemplars
            drawing = position // _N
            sources = drawing // self.n_exemplars, drawing % self.n_exemplars, position % _N
        # NumPy turns what is computed from single indices into scalars.
        row, column, which = (np.asarray(source) for source in sources)
        return row, column, which

    def _gather(self, classes: np.ndarray, exemplars: np.ndarray) -> np.ndarray:
        row, column, which = self.locate(classes, exemplars)
        images = self.base.ink[row, column]
        for k in range(1, _N):
            images[which == k] = transform(images[which == k], k)
        return images


def augment(drawings: Omniglot, construction: str = "one_transform") -> AugmentedDrawings:
    """Make eight classes of each, or eight times as many drawings, by rotation and reflection.

    Args:
        drawings: What `load_omniglot` or `load_official` returned.
        construction: "one_transform" (a class is 20 drawings under one transform), "interleaved" (a class
            is about 2.5 drawings under all eight) or "pooled" (a class is all 20 drawings under all eight); see the
            module docstring.

    Returns:
        The augmented classes; 12,984 for Omniglot, or 1,623 of 160 drawings.

    Raises:
        ValueError: `construction` is unknown.

    Example:
        >>> from dynamicl.data import load_omniglot
        >>> augmented = augment(load_omniglot(), "interleaved")
        >>> augmented.n_classes
        12984
        >>> augmented.images([0, 8], 3).shape
        (2, 28, 28)
    """
    return AugmentedDrawings(base=drawings, construction=construction)


def transform(images: np.ndarray, index: int) -> np.ndarray:
    """Turn and flip images.

    Args:
        images: Shape (..., size, size).
        index: Place in `TRANSFORMS`: `index % 4` quarter turns counter-clockwise, after a left-right flip if
            `index >= 4`.

    Returns:
        A view of `images`, same shape.

    Raises:
        ValueError: `index` is outside 0 to 7.
    """
    if not 0 <= index < _N:
        raise ValueError(f"`index` is {index}: the eight transforms are numbered 0 to {_N - 1}")
    flipped = images[..., ::-1] if index >= 4 else images
    return np.rot90(flipped, index % 4, axes=(-2, -1))
