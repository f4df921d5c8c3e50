"""Features computed elsewhere, read from a file.

NPZ, HDF5 or Zarr, chosen by the file's ending. One array (class, exemplar, feature); names of the classes may
lie beside it as a text array `classes`. The file is read whole, once, on first use.
"""

import functools
import hashlib
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dynamicl.files import user_path

from ._encoder import FeatureSource
from ._messages import nearest
from ._read import read_arrays
from ._selection import Selection, resolve
from ._table import FeatureTable


@final
@dataclass(frozen=True)
class FeatureFile(FeatureSource):
    """A file of features, one array (class, exemplar, feature).

    Attributes:
        path: The file: .npz, .h5, .hdf5, .zarr or .zarr.zip.
        key: Name of the array (in HDF5 and Zarr a path, "group/array"); may be left out where the file holds
            one array of numbers.
        sha256: Hash of the features, as `spec` gives it: with it, a file with other content is refused.

    Raises:
        FileNotFoundError: There is no such file (on first use).
        ValueError: The file cannot be read, has another ending, lacks the key, or its array is not of rank 3,
            not of numbers, not finite, or not what `sha256` says (on first use).

    Example:
        >>> import tempfile, numpy as np
        >>> path = tempfile.mkdtemp() + "/vectors.npz"
        >>> np.savez(path, vectors=np.ones((4, 2, 8)))
        >>> FeatureFile(path).table(classes=3).values.shape
        (3, 2, 8)
    """

    path: str
    key: str | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        return "feature_file"

    @property
    def dimension(self) -> int:
        return self._content[0].shape[2]

    @property
    def spec(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "path": self.path,
            "key": self.key,
            "sha256": self._hash,
        }

    def table(self, classes: Selection = None, exemplars: Selection = None) -> FeatureTable:
        """Return the features of some classes and exemplars.

        Args:
            classes: None for all, an integer for the first so many, or distinct indices.
            exemplars: None for all, an integer for the first so many, or distinct indices.

        Returns:
            Rows and columns in the order asked for.

        Raises:
            ValueError: More classes or exemplars than the file holds.
        """
        values, names = self._content
        rows = resolve("classes", classes, values.shape[0], f"or give a file with more than {self.path!r}")
        columns = resolve(
            "exemplars", exemplars, values.shape[1], f"or give a file with more than {self.path!r}"
        )
        chosen = np.ascontiguousarray(values[rows[:, None], columns])
        return FeatureTable(values=chosen, classes=tuple(names[row] for row in rows), spec=self.spec)

    @functools.cached_property
    def _hash(self) -> str:
        return _digest(self._content[0])

    @functools.cached_property
    def _content(self) -> tuple[np.ndarray, tuple[str, ...]]:
        arrays = read_arrays(user_path(self.path), self.key)
        values = self._chosen(arrays)
        if self.sha256 is not None and (found := _digest(values)) != self.sha256:
            raise ValueError(
                f"{self.path!r} holds other features than the spec was made with (sha256 {found[:12]}..., "
                f"expected {self.sha256[:12]}...): give the original file, or leave `sha256` out to accept this one"
            )
        names = arrays.get("classes")
        if names is not None and names.shape != values.shape[:1]:
            raise ValueError(
                f"{self.path!r} names {names.size} classes in its array `classes` and holds {len(values)}: name each "
                "once"
            )
        if names is None:
            return values, tuple(f"class {row}" for row in range(len(values)))
        return values, tuple(n.decode() if isinstance(n, bytes) else str(n) for n in names.tolist())

    def _chosen(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        numeric = [key for key, array in arrays.items() if np.issubdtype(array.dtype, np.number)]
        key = self.key
        if key is None:
            if len(numeric) != 1:
                raise ValueError(
                    f"{self.path!r} holds {len(numeric)} arrays of numbers: name one with `key`; {nearest('', numeric)}"
                )
            key = numeric[0]
        if key not in arrays:
            raise ValueError(f"{self.path!r} has no array {key!r}: {nearest(key, arrays)}")
        array = arrays[key]
        if key not in numeric or np.issubdtype(array.dtype, np.complexfloating):
            raise ValueError(f"{self.path!r}, {key!r} has dtype {array.dtype}: features are real numbers")
        if array.ndim != 3 or not array.size:
            raise ValueError(
                f"{self.path!r}, {key!r} has shape {array.shape}: "
                "features have three axes (class, exemplar, feature), none of them empty"
            )
        # A float64 too large for float32 becomes infinite, and is refused with the rest.
        with np.errstate(over="ignore"):
            values = array.astype(np.float32)
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            raise ValueError(
                f"{self.path!r}, {key!r} holds {len(bad)} values that are not finite as float32, the first at "
                f"(class, exemplar, feature) {tuple(bad[0].tolist())}: mend the file"
            )
        return values


def _digest(values: np.ndarray) -> str:
    return hashlib.sha256(f"{values.shape} ".encode() + values.tobytes()).hexdigest()
