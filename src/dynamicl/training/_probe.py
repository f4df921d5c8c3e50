"""Probes: what is computed on an evaluator's sequences at each evaluation."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dynamicl.tasks import Sequence

SCORES = ("loss", "accuracy", "accuracy_in_context", "target_probability", "loss_error", "accuracy_error")


@dataclass(frozen=True)
class Probe:
    """A measure as the engine sees it.

    Attributes:
        name: of the measure.
        sites: globs of the intermediates it reads.
        compute: `(model, activations, sequences) -> {variable: array}`; activations have a leading axis `batch`.
        dims: the axes' names of each variable, run and step left out.
        at: `evaluation` or `checkpoint`, when it is recorded.
        sequences: how many of the evaluator's sequences it sees; 0 for all.
        version: raised whenever `compute` comes to mean something else: records are known by it, so that those of
            another version are never taken for this one's.
        needs_task: hand the task to `compute` as a fourth argument, for measures that run the model themselves.
    """

    name: str
    sites: tuple[str, ...]
    compute: Callable[..., dict[str, Array]]
    dims: Mapping[str, tuple[str, ...]]
    at: str = "evaluation"
    sequences: int = 0
    needs_task: bool = False
    version: int = 1


def standard_scores(logits: Float[Array, "batch output"], sequences: Sequence) -> dict[str, Float[Array, ""]]:
    """Score predictions on an evaluator's sequences.

    Returns:
        Means over the batch: `loss` (cross-entropy, nats), `accuracy`, `accuracy_in_context` (the best among the
        outputs that occur in the context), `target_probability`; and the standard errors `loss_error`,
        `accuracy_error`, NaN for a single sequence.
    """
    log_p = jax.nn.log_softmax(logits, axis=-1)
    hit = jnp.take_along_axis(log_p, sequences.target[:, None], axis=1)[:, 0]
    right = (jnp.argmax(logits, axis=-1) == sequences.target).astype(jnp.float32)
    among = jnp.argmax(jnp.where(sequences.options, logits, -jnp.inf), axis=-1) == sequences.target
    # A single sequence says nothing of how far others would be from it.
    root = math.sqrt(logits.shape[0]) if logits.shape[0] > 1 else math.nan
    return {
        "loss": -jnp.mean(hit),
        "accuracy": jnp.mean(right),
        "accuracy_in_context": jnp.mean(among.astype(jnp.float32)),
        "target_probability": jnp.mean(jnp.exp(hit)),
        "loss_error": jnp.std(hit) / root,
        "accuracy_error": jnp.std(right) / root,
    }
