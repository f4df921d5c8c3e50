"""What a model reads: token kinds, and the interface through which a model learns its sizes.

A token kind is an Equinox module over one sequence. Shapes say most sizes; those that no shape can say (how many labels
or ids there are) are static fields. A kind of your own needs no change here: register how it is embedded
(`dynamicl.models.embeds`) and return it from a task's `inputs`.
"""

from typing import Any, Protocol, runtime_checkable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PyTree

from dynamicl.specs import check


@runtime_checkable
class Tokens(Protocol):
    """One sequence as a model reads it."""

    @property
    def length(self) -> int:
        """Positions in the sequence."""
        ...

    def bounds(self) -> dict[str, tuple[Any, int]]:
        """Return, by name, integers that must lie in 0 .. bound - 1, with the bound; the engine checks them once."""
        ...


class PairTokens(eqx.Module):
    """Exemplar-label pairs and a query: x1 y1 ... xn yn xq.

    Attributes:
        exemplars: feature vectors, the last one the query's.
        labels: one label for each pair.
        label_count: labels that can occur in a context.
    """

    exemplars: Float[Array, "*batch pairs_and_query feature"]
    labels: Int[Array, "*batch pairs"]
    label_count: int = eqx.field(static=True)

    @property
    def length(self) -> int:
        """Positions in the sequence."""
        return 2 * self.labels.shape[-1] + 1

    def bounds(self) -> dict[str, tuple[Any, int]]:
        """Labels lie below `label_count`."""
        return {"label": (self.labels, self.label_count)}

    @staticmethod
    def shaped(pairs: int, features: int, labels: int) -> "PairTokens":
        """Return abstract tokens of these sizes, for building a model without data."""
        return jax.eval_shape(
            lambda: PairTokens(jnp.zeros((pairs + 1, features)), jnp.zeros(pairs, jnp.int32), labels)
        )


class TokenIds(eqx.Module):
    """Discrete tokens.

    Attributes:
        ids: token numbers.
        valid: false where a position is padding: nobody attends to it.
        vocabulary: distinct tokens.
    """

    ids: Int[Array, "*batch seq"]
    valid: Bool[Array, "*batch seq"]
    vocabulary: int = eqx.field(static=True)

    @property
    def length(self) -> int:
        """Positions in the sequence."""
        return self.ids.shape[-1]

    def bounds(self) -> dict[str, tuple[Any, int]]:
        """Ids lie below `vocabulary`."""
        return {"id": (self.ids, self.vocabulary)}

    @staticmethod
    def shaped(length: int, vocabulary: int) -> "TokenIds":
        """Return abstract tokens of these sizes, for building a model without data."""
        return jax.eval_shape(
            lambda: TokenIds(jnp.zeros(length, jnp.int32), jnp.zeros(length, bool), vocabulary)
        )


class Interface:
    """Sizes that a model needs to know of its task: an example of what it reads, and of what it answers.

    Args:
        tokens: one sequence's tokens, arrays or shapes; only shapes and static fields are kept.
        outputs: classes that the model chooses between.
        readout: position at which the answer is read; negative counts from the end.
    """

    def __init__(self, tokens: PyTree, outputs: int, readout: int = -1):
        leaves, self._structure = jax.tree.flatten(tokens)
        self._leaves = tuple(jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in leaves)
        self.outputs = outputs
        self.readout = readout

    @property
    def tokens(self) -> Any:
        """One sequence's tokens as shapes."""
        return jax.tree.unflatten(self._structure, self._leaves)

    @property
    def length(self) -> int:
        """Positions in a sequence."""
        return self.tokens.length

    def check_sequence(self, tokens: Any) -> None:
        """Refuse what is not one sequence of the kind that the model was built for; costs nothing once compiled.

        Raises:
            SpecError: naming the call that is meant.
        """
        wanted, given = type(self.tokens).__name__, type(tokens).__name__
        check(
            type(tokens) is type(self.tokens),
            f"the model reads `{wanted}` and was given `{given}`: call it as `model(task.inputs(sequence.tokens))`",
        )
        ranks = [jnp.ndim(leaf) for leaf in jax.tree.leaves(tokens)]
        check(
            ranks == [len(leaf.shape) for leaf in self._leaves],
            "the model reads one sequence and was given a batch: call it as "
            "`jax.vmap(model)(task.inputs(batch.tokens))`",
        )

    def _identity(self) -> tuple:
        return self._structure, self._leaves, self.outputs, self.readout

    def __eq__(self, other: object) -> bool:
        """Tell whether a model for one task fits the other."""
        return isinstance(other, Interface) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"Interface({self.tokens}, outputs={self.outputs}, readout={self.readout})"
