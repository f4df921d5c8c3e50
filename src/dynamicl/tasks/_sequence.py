"""A batch of sequences: what the model reads, what it should answer, and which position plays which part."""

from typing import Any

import equinox as eqx
from jaxtyping import Array, Bool, Int

from ._roles import Roles


class Sequence(eqx.Module):
    """Sequences with leading axes `batch`.

    Attributes:
        tokens: index-first description; `Task.inputs` turns it into what the model reads.
        target: the right output.
        options: outputs that occur in the context, to which restricted accuracy is restricted.
        roles: parts that positions play.
        evaluator: whose sequences these are, where somebody said so: those of one mean nothing to another's task.
    """

    tokens: Any
    target: Int[Array, "*batch"]
    options: Bool[Array, "*batch output"]
    roles: Roles
    evaluator: str = eqx.field(static=True, default="")
