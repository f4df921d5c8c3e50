"""What heads do, recorded while they learn: attention measures and their direct effect on the answer."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from dynamicl.models import Transformer
from dynamicl.tasks import Roles, Sequence

HEAD_MEASURES = (
    "induction_strength",
    "previous_token_attention",
    "self_attention",
    "pattern_entropy",
    "logit_attribution",
)


def stack_layers(activations: Mapping[str, Array], site: str) -> Float[Array, "batch layer *axes"]:
    """Stack one site of every layer, e.g. `attn.pattern`, along a second axis."""
    layers = sum(name.startswith("layers.") and name.endswith(f".{site}") for name in activations)
    return jnp.stack([activations[f"layers.{i}.{site}"] for i in range(layers)], axis=1)


def head_measures(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
    """Measure every head on an evaluator's sequences.

    Args:
        model: whose activations they are.
        activations: `layers.*.attn.pattern`; for a `Transformer` also `layers.*.attn.head_out` and the last `post`.
        sequences: with leading axis batch.

    Returns:
        By name, arrays (layer, head), means over sequences:
        `induction_strength`: attention of the query to the matching labels minus to the other labels (per label);
        `previous_token_attention`, `self_attention`: of the label tokens;
        `pattern_entropy`: of the label tokens' and the query's attention, nats;
        `logit_attribution`: see `logit_attribution`.

    References:
        Thesis 4.3, Figure 4.3b (induction strength); mixture paper, Figure 4 (previous-token attention of labels).
    """
    pattern, roles = stack_layers(activations, "attn.pattern"), sequences.roles
    query = roles.is_query.astype(pattern.dtype)
    row = jnp.einsum("blhqk,bq->blhk", pattern, query)
    matching, other = _share(roles.matching_label), _share(roles.other_label)
    before = jnp.pad(jnp.diagonal(pattern, -1, axis1=-2, axis2=-1), ((0, 0), (0, 0), (0, 0), (1, 0)))
    own = jnp.diagonal(pattern, axis1=-2, axis2=-1)
    labels, watched = _share(roles.labels), _share(roles.labels | roles.is_query)
    entropy = -jnp.sum(pattern * jnp.log(jnp.maximum(pattern, 1e-30)), axis=-1)
    measures = {
        "induction_strength": _mean(row, matching) - _mean(row, other),
        "previous_token_attention": _mean(before, labels),
        "self_attention": _mean(own, labels),
        "pattern_entropy": _mean(entropy, watched),
    }
    if isinstance(model, Transformer):
        measures["logit_attribution"] = logit_attribution(model, activations, sequences)
    return measures


def _share(mask: Bool[Array, "batch seq"]) -> Float[Array, "batch seq"]:
    """Weights that average over a sequence's marked positions."""
    weights = mask.astype(jnp.float32)
    return weights / jnp.maximum(weights.sum(axis=-1, keepdims=True), 1.0)


def _mean(
    values: Float[Array, "batch layer head seq"], weights: Float[Array, "batch seq"]
) -> Float[Array, "layer head"]:
    return jnp.mean(jnp.einsum("blhs,bs->blh", values, weights), axis=0)


def logit_attribution(
    model: Transformer, activations: Mapping[str, Array], sequences: Sequence
) -> Float[Array, "layer head"]:
    """Attribute the answer's lead to heads directly.

    Each head's output is followed along the residual stream to the logits with the final norm's statistics held
    where they are. The lead is the target's logit minus the mean logit of the other options in the context.

    Returns:
        Mean over sequences, in logits; what reaches the answer through later layers is not counted.
    """
    out = stack_layers(activations, "attn.head_out")
    readout = model.interface.readout
    out = out[:, :, :, readout]
    w_o = jnp.stack(
        [b.attention.w_o.reshape(b.attention.heads, -1, b.attention.w_o.shape[1]) for b in model.blocks]
    )
    written = jnp.einsum("blhd,lhdm->blhm", out, w_o)
    if model.norm is not None:
        final = activations[f"layers.{len(model.blocks) - 1}.post"][:, readout]
        deviation = jnp.sqrt(jnp.var(final, axis=-1) + 1e-5)
        centred = written - written.mean(axis=-1, keepdims=True)
        written = centred / deviation[:, None, None, None] * model.norm.scale
    logits = written @ model.unembed.weight
    target = jnp.eye(logits.shape[-1])[sequences.target]
    rest = _share(sequences.options & (target == 0))
    return jnp.mean(jnp.einsum("blho,bo->blh", logits, target - rest), axis=0)


ROLES = ("matching exemplar", "matching label", "other exemplar", "other label", "query")


def role_masks(roles: Roles) -> Bool[Array, "batch role seq"]:
    """Return the positions of each of `ROLES`."""
    matching = roles.matching_exemplar
    return jnp.stack(
        [matching, roles.matching_label, roles.exemplars & ~matching, roles.other_label, roles.is_query],
        axis=1,
    )


EXAMPLES = 4


def attention_maps(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
    """Average attention by role, and keep it whole for a few fixed sequences.

    Returns:
        `attention_by_role` (layer, head, query_role, key_role): mean over a sequence's positions of the first role of
        the attention paid to all of the second; `attention` (example, layer, head, query, key).
    """
    pattern = stack_layers(activations, "attn.pattern")
    masks = role_masks(sequences.roles).astype(pattern.dtype)
    rows = masks / jnp.maximum(masks.sum(axis=-1, keepdims=True), 1.0)
    by_role = jnp.einsum("blhqk,brq,bsk->lhrs", pattern, rows, masks) / pattern.shape[0]
    return {"attention_by_role": by_role, "attention": pattern[:EXAMPLES]}
