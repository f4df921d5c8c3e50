"""Named parts of a network: which of its arrays a penalty or a decay acts on."""

import fnmatch
from typing import Any

import jax
from jaxtyping import PyTree

from dynamicl.specs import SpecError, nearest

NORMS = ("*norm.*",)
BIASES = ("*bias", "*biases", "*.b_*")
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "everything": (("*",), ()),
    "weights": (("*",), (*NORMS, *BIASES)),
    "embedder": (("embed.*", "*.embed.*", "embedder.*", "images.*"), (*NORMS, *BIASES)),
    "attention": (("*attention.*",), (*NORMS, *BIASES)),
    "mlp": (("*mlp.*", "*classifier.*"), (*NORMS, *BIASES)),
    "unembedding": (("*unembed.*",), (*NORMS, *BIASES)),
    "norms": (NORMS, ()),
    "biases": (BIASES, ()),
}
"""Globs over the names of arrays in checkpoints: those that belong to a part, and those among them that do not."""


def part_mask(weights: PyTree, part: str) -> PyTree:
    """Mark the arrays of a part.

    Args:
        weights: arrays or shapes.
        part: a key of `PARTS`, or a glob over the names of arrays (`blocks.0.*`).

    Returns:
        A tree of booleans.

    Raises:
        SpecError: the network has nothing of that part.
    """
    inside, outside = PARTS.get(part, ((part,), ()))

    def belongs(path: tuple, _: Any) -> bool:
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        return _matches(name, inside) and not _matches(name, outside)

    mask = jax.tree_util.tree_map_with_path(belongs, weights)
    if not any(jax.tree.leaves(mask)):
        raise SpecError(
            f"`part` is {part!r}, and the network has nothing of it, or a graft freezes all of it: choose one "
            f"of {nearest(part, PARTS)}, or a glob over the names of its arrays"
        )
    return mask


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
