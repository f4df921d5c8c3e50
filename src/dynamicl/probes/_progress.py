"""The mixture paper's progress measures: what attention and predictions do before and at the jump.

`ILA1` (item-label association): attention of a token to the one before it, in layer 1. `TILA2` (target-item-label
association): attention of the query to the correct label, in layer 2. `CLA` (context-label accuracy): how often the
predicted label is one of the context's. `TLA2` (target-labels association): attention of the query to all labels, in
layer 2. Heads are averaged.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dynamicl.tasks import Sequence, mean_of, share
from dynamicl.training import Probe

from ._registry import register_measure

PROGRESS_MEASURES = ("ila1", "ila1_labels", "tila2", "cla", "context_probability", "tla2", "label_entropy")


def progress_measures(
    model: Any, activations: Mapping[str, Array], sequences: Sequence
) -> dict[str, Float[Array, ""]]:
    """Measure progress on an evaluator's sequences.

    Args:
        model: whose activations they are.
        activations: `layers.0.attn.pattern`, `layers.1.attn.pattern` and `logits`.
        sequences: with leading axis batch.

    Returns:
        Means over sequences; with uniform attention and predictions the value in brackets, for N pairs of L labels.
        `ila1`: over all tokens that have one before them; `ila1_labels`: over label tokens (mean of 1 / 2k, k = 1 ..
        N). `tila2`: over the sequences whose context shows the correct label; where it is shown several times, the sum
        (1 / (2N + 1) each). `cla` (N / L); `context_probability`: the probability given to those labels (N / L).
        `tla2` (N / (2N + 1)). `label_entropy`: of the query's attention within the labels, over that of uniform
        attention (1), where there are two or more.

    References:
        Reddy 2023, section 3 and Figure 4.
    """
    first, second = (jnp.mean(activations[f"layers.{i}.attn.pattern"], axis=1) for i in (0, 1))
    roles = sequences.roles
    before = jnp.diagonal(first, -1, axis1=-2, axis2=-1)
    row = jnp.einsum("bqk,bq->bk", second, roles.is_query.astype(second.dtype))
    labels = roles.labels.astype(row.dtype)
    number = jnp.sum(labels, axis=-1)
    to_labels = jnp.sum(row * labels, axis=-1)
    to_correct = jnp.sum(row * roles.matching_label.astype(row.dtype), axis=-1)
    logits = activations["logits"]
    predicted = jnp.take_along_axis(sequences.options, jnp.argmax(logits, axis=-1)[:, None], axis=1)
    probability = jnp.where(
        sequences.options, jnp.exp(logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)), 0.0
    )
    # Position 0 has none before it, and is no label.
    on_labels = jnp.sum(before * share(roles.labels)[:, 1:], axis=-1)
    return {
        "ila1": jnp.mean(before),
        "ila1_labels": jnp.mean(on_labels),
        "tila2": mean_of(to_correct, jnp.any(roles.matching_label, axis=-1)),
        "cla": jnp.mean(predicted.astype(row.dtype)),
        "context_probability": jnp.mean(jnp.sum(probability, axis=-1)),
        "tla2": jnp.mean(to_labels),
        "label_entropy": mean_of(_relative_entropy(row * labels, to_labels, number), number > 1),
    }


def _relative_entropy(
    row: Float[Array, "batch key"], total: Float[Array, " batch"], number: Float[Array, " batch"]
) -> Float[Array, " batch"]:
    """Return the entropy of attention within the labels over that of uniform attention."""
    within = row / jnp.maximum(total, 1e-30)[:, None]
    entropy = -jnp.sum(within * jnp.log(jnp.maximum(within, 1e-30)), axis=-1)
    return entropy / jnp.log(jnp.maximum(number, 2.0))


register_measure(
    Probe(
        name="progress",
        sites=("layers.0.attn.pattern", "layers.1.attn.pattern", "logits"),
        compute=progress_measures,
        dims=dict.fromkeys(PROGRESS_MEASURES, ()),
        version=2,
    )
)
