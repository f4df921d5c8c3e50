"""Arrays that several parts of a tree share are handed to a compiled program once."""

from collections.abc import Callable, Sequence

import jax
from jaxtyping import Array, PyTree


def each_once(tree: PyTree) -> tuple[list[Array], Callable[[Sequence[Array]], PyTree]]:
    """Part a tree into its different arrays and a function that puts them back in every place.

    A program holds a copy of each of its arguments on every device; a table of exemplars that all evaluators share
    would otherwise be there once for each of them.

    Args:
        tree: of arrays; those that are the same object count once.

    Returns:
        The arrays, and the function from as many arrays (or tracers) to the tree.
    """
    leaves, structure = jax.tree.flatten(tree)
    order = {id(leaf): place for place, leaf in reversed(list(enumerate(leaves)))}
    firsts = sorted(order.values())
    places = [firsts.index(order[id(leaf)]) for leaf in leaves]

    def everywhere(arrays: Sequence[Array]) -> PyTree:
        return jax.tree.unflatten(structure, [arrays[place] for place in places])

    return [leaves[first] for first in firsts], everywhere
