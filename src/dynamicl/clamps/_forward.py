"""Forward passes over a batch, with whatever clamps apply."""

from collections.abc import Sequence
from typing import Any

import jax
from jaxtyping import Array, Float, Int

from dynamicl import tasks
from dynamicl.models import record


def forward(
    model: Any, task: Any, sequences: tasks.Sequence, clamps: Sequence[Any], step: Int[Array, ""]
) -> Float[Array, "batch output"]:
    return jax.vmap(lambda tokens: model(task.inputs(tokens)))(sequences.tokens)


def forward_recorded(
    model: Any, task: Any, sequences: tasks.Sequence, clamps: Sequence[Any], step: Int[Array, ""], patterns: Sequence[str]
) -> tuple[Float[Array, "batch output"], dict[str, Array]]:
    return jax.vmap(lambda tokens: record(model, task.inputs(tokens), patterns))(sequences.tokens)
