"""A population's state as named arrays, and back: what the store keeps for an exact resume."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from dynamicl.specs import SpecError


def pack(tree: PyTree) -> dict[str, np.ndarray]:
    """Name every array of a tree by its path.

    >>> pack({"a": np.zeros(2), "b": (np.ones(1),)}).keys()
    dict_keys(['a', 'b.0'])
    """
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="."): np.asarray(leaf) for path, leaf in leaves}


def unpack(arrays: Mapping[str, np.ndarray], like: PyTree, what: str = "state") -> PyTree:
    """Put named arrays back into a tree of the same structure.

    Args:
        arrays: what `pack` returned.
        like: a tree of arrays or shapes.
        what: named in errors.

    Raises:
        SpecError: an array is missing or has another shape.
    """

    def fill(path: Any, leaf: Any) -> np.ndarray:
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        if name not in arrays:
            raise SpecError(
                f"the {what} has no array `{name}`: it belongs to another model or optimizer; start afresh"
            )
        value = arrays[name]
        if tuple(value.shape) != tuple(leaf.shape):
            raise SpecError(
                f"`{name}` of the {what} has shape {tuple(value.shape)}, the model needs {tuple(leaf.shape)}: "
                "use a checkpoint of the same model"
            )
        return np.asarray(value, leaf.dtype)

    return jax.tree_util.tree_map_with_path(fill, like)
