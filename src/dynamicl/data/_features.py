"""From drawings or a file to a table of features."""

import numpy as np
from jaxtyping import Float32

from ._cache import content_key, keep, recall
from ._drawings import Drawings
from ._encoder import Encoder, FeatureSource
from ._file import FeatureFile
from ._omniglot import load_omniglot
from ._selection import Selection, resolve
from ._table import FeatureTable

_CHUNK = 4096 * 28**2  # pixels at a time: 13 MB of floats


def features(
    source: FeatureSource,
    classes: Selection = None,
    exemplars: Selection = None,
    *,
    drawings: Drawings | None = None,
    cache: bool = True,
) -> FeatureTable:
    """Return the features of some classes and exemplars.

    Only what is asked for is encoded. Results are kept on disk (see `cache_folder`) under a hash of the
    encoder's spec, the drawings' content and the selection, and read from there the next time.

    Args:
        source: An encoder, or a file that holds features.
        classes: None for all, an integer for the first so many, or distinct indices (e.g. of a `ClassSplit`).
        exemplars: None for all, an integer for the first so many, or distinct indices.
        drawings: What to encode: `load_omniglot()` by default; `augment(...)` and `load_official(...)` are
            others.
        cache: Whether to look into the cache and to write to it.

    Returns:
        Float32 (class, exemplar, feature), rows and columns in the order asked for, with the classes' names.

    Raises:
        ValueError: More classes or exemplars than there are, `drawings` together with a file, or a source of
            another kind.

    Example:
        >>> from dynamicl.data import RawPixels
        >>> table = features(RawPixels(), classes=[7, 3], exemplars=5, cache=False)
        >>> table.values.shape, table.classes[1]
        ((2, 5, 784), 'Alphabet_of_the_Magi/character04')
    """
    if isinstance(source, FeatureFile):
        if drawings is not None:
            raise ValueError(
                "`drawings` mean nothing to a FeatureFile, which holds its own classes: leave them out"
            )
        return source.table(classes, exemplars)
    if not isinstance(source, Encoder):
        raise ValueError(f"`source` is a {type(source).__name__}: give an Encoder or a FeatureFile")
    drawn = load_omniglot() if drawings is None else drawings
    more = (
        "or use `augment` for eight times as many"
        if drawn.block == 1
        else "no more can be made by augmentation"
    )
    rows = resolve("classes", classes, drawn.n_classes, more)
    columns = resolve("exemplars", exemplars, drawn.n_exemplars, "each class has so many drawings")
    key = content_key(
        {
            "encoder": source.spec,
            "drawings": drawn.digest,
            "classes": rows.tolist(),
            "exemplars": columns.tolist(),
        }
    )
    shape = (len(rows), len(columns), source.dimension)
    values = recall(key, shape) if cache else None
    if values is None:
        values = _encoded(source, drawn, rows, columns)
        if cache:
            keep(key, values)
    return FeatureTable(values=values, classes=tuple(drawn.classes[row] for row in rows), spec=source.spec)


def _encoded(
    encoder: Encoder, drawings: Drawings, rows: np.ndarray, columns: np.ndarray
) -> Float32[np.ndarray, "class exemplar feature"]:
    """Encode rows x columns of `drawings`, a chunk of images at a time."""
    row, column = (grid.reshape(-1) for grid in np.meshgrid(rows, columns, indexing="ij"))
    out = np.empty((row.size, encoder.dimension), np.float32)
    chunk = max(1, _CHUNK // encoder.image_size**2)
    for start in range(0, row.size, chunk):
        part = slice(start, start + chunk)
        out[part] = encoder.encode(drawings.images(row[part], column[part]))
    return out.reshape(len(rows), len(columns), encoder.dimension)
