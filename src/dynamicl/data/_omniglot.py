"""The Omniglot drawings that come with the package.

1623 characters, 20 drawings each, 28 x 28 binary pixels: 0.9 MB in the package, 25 MB in memory, 0.1 s to
load. Use `load_official` for the full-size images.
"""

import functools
import hashlib
import importlib.resources
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool

from ._drawings import Drawings

EVALUATION_ALPHABETS = frozenset(
    {
        "Angelic",
        "Atemayar_Qelisayer",
        "Atlantean",
        "Aurek-Besh",
        "Avesta",
        "Ge_ez",
        "Glagolitic",
        "Gurmukhi",
        "Kannada",
        "Keble",
        "Malayalam",
        "Manipuri",
        "Mongolian",
        "Old_Church_Slavonic_(Cyrillic)",
        "Oriya",
        "Sylheti",
        "Syriac_(Serto)",
        "Tengwar",
        "Tibetan",
        "ULOG",
    }
)
"""The 20 alphabets (659 characters) that the data set's authors evaluate on; the other 30 (964) are background."""


@final
@dataclass(frozen=True, eq=False)
class Omniglot(Drawings):
    """Drawings of hand-written characters.

    Attributes:
        ink: Bool (class, exemplar, size, size); True where there is ink. Read-only.
        classes: Names, "Alphabet/characterNN".

    Raises:
        ValueError: `ink` is no boolean array of square images, or `classes` does not name each class once.

    References:
        Lake, Salakhutdinov, Tenenbaum 2015. Human-level concept learning through probabilistic program
        induction. Science 350:1332.
    """

    ink: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        shape = self.ink.shape
        if self.ink.dtype != bool or len(shape) != 4 or shape[2] != shape[3] or not self.ink.size:
            raise ValueError(
                f"`ink` is {self.ink.dtype} {shape}: "
                "give a bool array (class, exemplar, size, size), True where there is ink"
            )
        if len(self.classes) != shape[0] or len(set(self.classes)) != shape[0]:
            raise ValueError(
                f"`classes` has {len(set(self.classes))} different names for {shape[0]} classes of `ink`: "
                "name each once"
            )
        frozen = self.ink.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "ink", frozen)

    @property
    def n_exemplars(self) -> int:
        return self.ink.shape[1]

    @property
    def size(self) -> int:
        return self.ink.shape[2]

    @property
    def block(self) -> int:
        return 1

    @functools.cached_property
    def digest(self) -> str:
        header = f"omniglot {self.ink.shape}".encode()
        return hashlib.sha256(header + np.packbits(self.ink).tobytes()).hexdigest()

    def _gather(self, classes: np.ndarray, exemplars: np.ndarray) -> Bool[np.ndarray, "*shape size size"]:
        return self.ink[classes, exemplars]


@functools.lru_cache(maxsize=1)
def load_omniglot() -> Omniglot:
    """Load the Omniglot drawings that come with the package; read once per process.

    Returns:
        1623 classes of 20 drawings at 28 x 28, classes in alphabetical order.

    References:
        Lake, Salakhutdinov, Tenenbaum 2015, Science 350:1332; MIT licence, see OMNIGLOT_NOTICE.txt beside the
        file.

    Example:
        >>> omniglot = load_omniglot()
        >>> omniglot.ink.shape
        (1623, 20, 28, 28)
        >>> omniglot.classes[0]
        'Alphabet_of_the_Magi/character01'
    """
    resource = importlib.resources.files(__package__) / "omniglot28.npz"
    with resource.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
        ink = np.unpackbits(content["ink_bits"], axis=-1, count=28).view(bool)
        classes = tuple(str(name) for name in content["classes"])
    return Omniglot(ink=ink, classes=classes)
