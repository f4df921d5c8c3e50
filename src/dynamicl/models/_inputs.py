"""What a model reads: token types, and the interface through which a task tells a model its sizes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from dynamicl.specs import SpecError


class PairTokens(eqx.Module):
    """Exemplar-label pairs and a query: x1 y1 ... xn yn xq.

    Attributes:
        exemplars: feature vectors, the last one the query's.
        labels: one label for each pair.
    """

    exemplars: Float[Array, "*batch pairs_and_query feature"]
    labels: Int[Array, "*batch pairs"]


class TokenIds(eqx.Module):
    """Discrete tokens.

    Attributes:
        ids: token numbers.
        valid: false where a position is padding: nobody attends to it.
    """

    ids: Int[Array, "*batch seq"]
    valid: Bool[Array, "*batch seq"]


@dataclass(frozen=True)
class Interface:
    """Sizes that a model needs to know of its task.

    Attributes:
        tokens: `pairs` for `PairTokens`, `ids` for `TokenIds`.
        length: positions in a sequence.
        outputs: classes that the model chooses between.
        features: length of an exemplar's vector (pairs).
        labels: labels that can occur in a context (pairs).
        vocabulary: distinct tokens (ids).
        readout: position at which the answer is read; negative counts from the end.
    """

    tokens: Literal["pairs", "ids"]
    length: int
    outputs: int
    features: int = 0
    labels: int = 0
    vocabulary: int = 0
    readout: int = -1


def model_inputs(interface: Interface) -> Any:
    """Return abstract tokens of one sequence, for listing sites without data.

    Raises:
        SpecError: the interface asks for tokens of another kind.
    """

    def pairs() -> PairTokens:
        n = interface.length // 2
        return PairTokens(jnp.zeros((n + 1, interface.features)), jnp.zeros(n, jnp.int32))

    def ids() -> TokenIds:
        return TokenIds(jnp.zeros(interface.length, jnp.int32), jnp.zeros(interface.length, bool))

    kinds: dict[str, Callable[[], Any]] = {"pairs": pairs, "ids": ids}
    if interface.tokens not in kinds:
        raise SpecError(f"`tokens` is {interface.tokens!r}: choose `pairs` or `ids`")
    return jax.eval_shape(kinds[interface.tokens])
