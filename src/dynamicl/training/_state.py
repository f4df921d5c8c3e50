"""A population's state as named arrays, and back: what the store keeps for an exact resume."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
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


BESIDE = "optimizer/"
"""Begins the names of arrays that a checkpoint holds beside the weights."""


def unpack(
    arrays: Mapping[str, np.ndarray], like: PyTree, what: str = "state", *, finite: bool = True
) -> PyTree:
    """Put named arrays back into a tree of the same structure.

    Args:
        arrays: what `pack` returned, or weights of another tool under these names; an optimizer's state
            (`optimizer/...`) may lie beside them and is left out.
        like: a tree of arrays or shapes.
        what: named in errors.
        finite: refuse what is not finite; the state of a run that diverged may be anything.

    Raises:
        SpecError: an array is missing, is left over, has another shape, is not finite, or loses values in the type
            that the model needs.
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
        return _cast(np.asarray(value), leaf.dtype, f"`{name}` of the {what}", finite)

    tree = jax.tree_util.tree_map_with_path(fill, like)
    names = pack_names(like)
    left_over = sorted(name for name in arrays if name not in names and not name.startswith(BESIDE))
    if left_over:
        raise SpecError(
            f"the {what} has an array `{left_over[0]}` for which the model has no place ({len(left_over)} in all): it "
            "belongs to another network, and leaving it out would make another function of it"
        )
    return tree


def pack_names(tree: PyTree) -> set[str]:
    """Return the names that `pack` gives to the arrays of a tree (or to its shapes)."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator=".") for path, _ in leaves}


def _cast(value: np.ndarray, dtype: Any, what: str, finite: bool) -> np.ndarray:
    """Bring values into the type that the model needs, or say why that would change them."""
    wanted = np.dtype(dtype)
    number, needed = jnp.issubdtype(value.dtype, jnp.inexact), jnp.issubdtype(wanted, jnp.inexact)
    if number != needed or (value.dtype.kind == "b") != (wanted.kind == "b"):
        raise SpecError(
            f"{what} has type {value.dtype}, the model needs {wanted}: convert it where it was made"
        )
    if finite and number and not np.isfinite(value.astype(np.float64)).all():
        raise SpecError(
            f"{what} is not finite everywhere: the run diverged, or the file is damaged; take another step"
        )
    # A number too large for the type becomes infinite, which is what is looked for.
    with np.errstate(over="ignore"):
        cast = value.astype(wanted)
    kept = (
        np.isfinite(cast.astype(np.float64)) == np.isfinite(value.astype(np.float64))
        if number
        else cast == value
    )
    if not np.all(kept):
        raise SpecError(f"{what} has values that {wanted} cannot hold: convert it where it was made")
    return cast
