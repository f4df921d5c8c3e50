"""What heads do, recorded while they learn: attention measures and their direct effect on the answer."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from dynamicl.models import Transformer
from dynamicl.tasks import DISJOINT_ROLES, Roles, Sequence, mean_of, share

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
        By name, arrays (layer, head), means over the sequences in which the positions occur, NaN where none has them:
        `induction_strength`: attention of the query to the matching labels minus to the other labels (per label), over
        the sequences that have both;
        `previous_token_attention`, `self_attention`: of the label tokens;
        `pattern_entropy`: of the label tokens' and the query's attention, nats;
        `logit_attribution`: see `logit_attribution`.

    References:
        Thesis 4.3, Figure 4.3b (induction strength); mixture paper, Figure 4 (previous-token attention of labels).
    """
    pattern, roles = stack_layers(activations, "attn.pattern"), sequences.roles
    query = roles.is_query.astype(pattern.dtype)
    row = jnp.einsum("blhqk,bq->blhk", pattern, query)
    lead = share(roles.matching_label) - share(roles.other_label)
    both = jnp.any(roles.matching_label, axis=-1) & jnp.any(roles.other_label, axis=-1)
    before = jnp.pad(jnp.diagonal(pattern, -1, axis1=-2, axis2=-1), ((0, 0), (0, 0), (0, 0), (1, 0)))
    own = jnp.diagonal(pattern, axis1=-2, axis2=-1)
    entropy = -jnp.sum(pattern * jnp.log(jnp.maximum(pattern, 1e-30)), axis=-1)
    measures = {
        "induction_strength": mean_of(jnp.einsum("blhs,bs->blh", row, lead), both),
        "previous_token_attention": _role_mean(before, roles.labels),
        "self_attention": _role_mean(own, roles.labels),
        "pattern_entropy": _role_mean(entropy, roles.labels | roles.is_query),
    }
    if isinstance(model, Transformer):
        measures["logit_attribution"] = logit_attribution(model, activations, sequences)
    return measures


def _role_mean(
    values: Float[Array, "batch layer head seq"], mask: Bool[Array, "batch seq"]
) -> Float[Array, "layer head"]:
    """Average over a sequence's marked positions, then over the sequences that have any."""
    return mean_of(jnp.einsum("blhs,bs->blh", values, share(mask)), jnp.any(mask, axis=-1))


def logit_attribution(
    model: Transformer, activations: Mapping[str, Array], sequences: Sequence
) -> Float[Array, "layer head"]:
    """Attribute the answer's lead to heads directly.

    Each head's output is followed along the residual stream to the logits with the final norm's statistics held
    where they are. The lead is the target's logit minus the mean logit of the other options in the context.

    Returns:
        Mean over the sequences that have another option, in logits; NaN where none has. What reaches the answer through
        later layers is not counted.
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
    target = jax.nn.one_hot(sequences.target, sequences.options.shape[-1], dtype=written.dtype)
    others = sequences.options & (target == 0)
    # One direction a sequence: all heads' logits for thousands of labels would be a thousand times the work.
    direction = (target - share(others)) @ model.unembed.weight.T
    leads = jnp.einsum("blhm,bm->blh", written, direction)
    return mean_of(leads, jnp.any(others, axis=-1))


def role_masks(roles: Roles) -> Bool[Array, "batch role seq"]:
    """Return the positions of each of `DISJOINT_ROLES`."""
    return jnp.stack([roles.mask(name) for name in DISJOINT_ROLES], axis=1)


EXAMPLES = 4


def attention_maps(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
    """Average attention by role, and keep it whole for a few fixed sequences.

    Returns:
        `attention_by_role` (layer, head, query_role, key_role): mean over a sequence's positions of the first role of
        the attention paid to all of the second, over the sequences that have both roles, NaN where none has;
        `attention` (example, layer, head, query, key).
    """
    pattern = stack_layers(activations, "attn.pattern")
    masks = role_masks(sequences.roles)
    occurs = jnp.any(masks, axis=-1).astype(pattern.dtype)
    total = jnp.einsum("blhqk,brq,bsk->lhrs", pattern, share(masks), masks.astype(pattern.dtype))
    count = jnp.einsum("br,bs->rs", occurs, occurs)
    by_role = jnp.where(count > 0, total / jnp.maximum(count, 1.0), jnp.nan)
    return {"attention_by_role": by_role, "attention": pattern[:EXAMPLES]}
