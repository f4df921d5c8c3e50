"""Norms by part of a model: which of its matrices grow, and when."""

from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dynamicl.models import learnable
from dynamicl.tasks import Sequence
from dynamicl.training import Probe

from ._registry import register_measure


def part_names(model: Any) -> tuple[str, ...]:
    """List a model's parts, in the order of `part_norms`; arrays or shapes.

    A part is what the names of weights in a checkpoint begin with: `embed`, `blocks.0.attention.w_q` (and `w_k`,
    `w_v`, `w_o`, `norm`), `blocks.0.mlp`, `unembed`. In models of other kinds it is the first name, with its number
    if it has one.
    """
    return tuple(_parts(model))


def part_norms(model: Any) -> Float[Array, " part"]:
    """Return the Euclidean norm of every part; their squares add up to the sum of all squared parameters."""
    return jnp.sqrt(jnp.stack([_squared(leaves) for leaves in _parts(model).values()]))


def _squared(leaves: list[Any]) -> Array:
    return sum((jnp.sum(jnp.square(leaf)) for leaf in leaves), jnp.zeros(()))


def _parts(model: Any) -> dict[str, list[Any]]:
    arrays = eqx.filter(model, lambda leaf: isinstance(leaf, jax.Array | jax.ShapeDtypeStruct))
    arrays = eqx.filter(arrays, learnable(arrays))
    parts: dict[str, list[Any]] = {}
    for path, leaf in jax.tree_util.tree_leaves_with_path(arrays):
        parts.setdefault(_part(jax.tree_util.keystr(path, simple=True, separator=".").split(".")), []).append(
            leaf
        )
    return parts


def _part(path: list[str]) -> str:
    if len(path) > 3 and path[0] == "blocks":
        return ".".join(path[: 4 if path[2] == "attention" else 3])
    return ".".join(path[: 2 if len(path) > 1 and path[1].isdigit() else 1])


def _compute(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
    return {"part_norm": part_norms(model)}


# 2: running averages are no parameters.
register_measure(
    Probe(name="norms by part", sites=(), compute=_compute, dims={"part_norm": ("part",)}, version=2)
)
