"""Arrays that belong to a model and are not learnt by gradients: running averages, fixed tables, masks."""

from typing import Any, Protocol, runtime_checkable

import equinox as eqx
import jax
from jaxtyping import Array, PyTree


class Buffer(eqx.Module):
    """An array that no gradient changes; a batch stage may. It is kept in checkpoints like any weight.

    Integer and boolean arrays are never learnt and need no buffer.
    """

    value: Array


@runtime_checkable
class BatchStage(Protocol):
    """A model that embeds a whole batch, with statistics over it, before it is called on each sequence."""

    def embed_batch(self, tokens: Any, *, training: bool, axes: tuple[str, ...]) -> tuple[Any, Any]:
        """Embed a batch.

        Args:
            tokens: with leading axis batch.
            training: use the batch's own statistics and move the running averages; otherwise use those.
            axes: named axes over which the batch is spread, besides its own.

        Returns:
            Tokens for the calls on each sequence, and the model with its buffers moved on.
        """
        ...


def learnable(weights: PyTree) -> PyTree:
    """Return a tree of booleans: the arrays that gradients change, which are inexact and in no `Buffer`."""

    def of(leaf: Any) -> Any:
        if isinstance(leaf, Buffer):
            return jax.tree.map(lambda _: False, leaf)
        return bool(jax.numpy.issubdtype(leaf.dtype, jax.numpy.inexact))

    return jax.tree.map(of, weights, is_leaf=lambda leaf: isinstance(leaf, Buffer))


def batch_tokens(model: Any, tokens: Any) -> Any:
    """Return what the model is called on, for a batch that a trained model looks at.

    Args:
        model: any; one without a batch stage reads the tokens as they are.
        tokens: with leading axis batch.
    """
    return model.embed_batch(tokens, training=False, axes=())[0] if isinstance(model, BatchStage) else tokens


def parameter_count(model: PyTree) -> int:
    """Count the numbers of a model that gradients change.

    Args:
        model: with arrays, or shapes (`equinox.filter_eval_shape`), which cost no memory.
    """
    arrays = eqx.filter(model, lambda leaf: isinstance(leaf, jax.Array | jax.ShapeDtypeStruct))
    leaves = zip(jax.tree.leaves(arrays), jax.tree.leaves(learnable(arrays)), strict=True)
    return sum(leaf.size for leaf, learnt in leaves if learnt)
