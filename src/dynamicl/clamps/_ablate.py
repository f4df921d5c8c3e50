"""Many interventions on one trained model in few calls: those of one structure are one batched program."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dynamicl import tasks
from dynamicl.models import sites
from dynamicl.specs import check, merge, split, stacked, to_json

from ._check import check_clamps, check_lenders, given_clamps
from ._clamp import Clamp
from ._forward import NOBODY, forward


def clamped_logits(
    model: Any,
    task: Any,
    sequences: tasks.Sequence,
    variants: Sequence[tuple[Clamp, ...]],
    others: Mapping[str, Any] = NOBODY,
) -> Float[np.ndarray, "variant batch output"]:
    """Compute a trained model's logits under each of many sets of clamps.

    Args:
        model: the trained model.
        task: whose `inputs` it reads.
        sequences: with leading axis batch.
        variants: sets of clamps; an empty one is the clean model. Windows are taken at step 0.
        others: by pass, networks that values come from (`FromCheckpoint`), or sequences (`FromSequence`).

    Returns:
        Logits of every variant, in their order.

    Raises:
        SpecError: a clamp that no model could honour, or that misses; two checkpoints under one `pass_name`, in one
            variant or in two.
    """
    check(
        not any(isinstance(clamps, Clamp) for clamps in variants),
        "`variants` is a list of clamps: give a list of such lists, one a variant",
    )
    one = jax.tree.map(lambda leaf: leaf[0], sequences.tokens)
    known = sites(model, task.inputs(one))
    variants = [given_clamps(clamps) for clamps in variants]
    for clamps in variants:
        check_clamps(clamps, known)
    check_lenders(chain.from_iterable(variants))
    groups: dict[str, list[int]] = {}
    parts = []
    for i, clamps in enumerate(variants):
        static, arrays = split(clamps)
        parts.append((static, arrays))
        shapes = {path: value.shape for path, value in sorted(arrays.items())}
        groups.setdefault(f"{to_json(static)}{shapes}", []).append(i)
    results: dict[int, Array] = {}
    for members in groups.values():
        static = parts[members[0]][0]
        values = stacked([parts[i][1] for i in members])
        logits = _batched(model, task, sequences, static, values, others, len(members))
        results |= dict(zip(members, logits, strict=True))
    return np.stack([np.asarray(results[i]) for i in range(len(variants))])


def _batched(
    model: Any,
    task: Any,
    sequences: Any,
    static: Any,
    arrays: dict[str, np.ndarray],
    others: Mapping[str, Any],
    count: int,
) -> Array:
    if not arrays:
        return jnp.stack([forward(model, task, sequences)] * count)

    def run(arrays: dict[str, Array]) -> Array:
        return forward(model, task, sequences, merge(static, arrays), 0, others)

    return jax.jit(lambda arrays: jax.lax.map(run, arrays))(arrays)
