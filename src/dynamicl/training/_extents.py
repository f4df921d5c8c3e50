"""What a task's integers span, against what it declared: one out of range would be read as another one in silence."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from dynamicl.models import Interface
from dynamicl.specs import SpecError
from dynamicl.tasks import Sequence

PREFIX = "extents/"


def extents(tokens: Any, sequences: Sequence) -> dict[str, Int[Array, " 2"]]:
    """Return the least and largest value of every integer that indexes something, and of what must be finite.

    Args:
        tokens: what the model reads, with leading axis batch.
        sequences: the batch.

    Returns:
        Pairs (least, largest) by name; `not finite` is (0, 1) where some number among the tokens is not.
    """
    values = {"target": sequences.target, "query position": sequences.roles.query}
    bounds = getattr(tokens, "bounds", None)
    if bounds is not None:
        values |= {name: value for name, (value, _) in bounds().items()}
    spans = {name: jnp.stack([jnp.min(v), jnp.max(v)]).astype(jnp.int32) for name, v in values.items()}
    numbers = [leaf for leaf in jax.tree.leaves(tokens) if jnp.issubdtype(leaf.dtype, jnp.inexact)]
    bad = jnp.stack([jnp.any(~jnp.isfinite(leaf)) for leaf in numbers]).any() if numbers else jnp.bool_(False)
    return spans | {"not finite": jnp.stack([jnp.bool_(False), bad]).astype(jnp.int32)}


def without_extents(records: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return records without the spans."""
    return {name: value for name, value in records.items() if not name.startswith(PREFIX)}


def check_extents(records: Mapping[str, np.ndarray], interface: Interface) -> None:
    """Compare the spans in an evaluation's records with the declared sizes.

    Args:
        records: of `Learner.evaluate`, leading axis run.
        interface: of the task.

    Raises:
        SpecError: an id, label, target or position out of range, or a feature that is not finite.
    """
    tokens = interface.tokens
    bounds = {"target": ("outputs", interface.outputs)}
    if hasattr(tokens, "length"):
        bounds["query position"] = ("length", interface.length)
    if hasattr(tokens, "bounds"):
        bounds |= {
            name: (f"{name}s declared by the tokens", bound) for name, (_, bound) in tokens.bounds().items()
        }
    for key, span in records.items():
        if not key.startswith(PREFIX):
            continue
        evaluator, _, name = key.removeprefix(PREFIX).rpartition("/")
        least, largest = int(span[:, 0].min()), int(span[:, 1].max())
        if name == "not finite" and largest:
            raise SpecError(
                f"a sequence of evaluator `{evaluator}` holds a feature that is not finite: mend the task's data"
            )
        what, bound = bounds.get(name, ("", 2**31))
        if name in bounds and not (least >= 0 and largest < bound):
            wrong = least if least < 0 else largest
            raise SpecError(
                f"a sequence of evaluator `{evaluator}` has {name} {wrong}, and there are {bound} {what}: "
                f"give 0 to {bound - 1}"
            )
