"""Attention by plain operations, whose scores and outputs can be recorded at chosen positions.

Maps are rows of scores before the softmax and before masking, scaled as the model scales them, one for each query head:
after the rotation of queries and keys where positions are rotary, and with shared keys repeated where heads are
grouped. Recording keeps two rows a layer, never a whole map.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from ._adapters import Adapter, attentions_of
from ._lazy import torch, transformers

IMPLEMENTATION = "dynamicl_recorded"


@dataclass
class Record:
    """Attention at chosen positions of a batch, filled while the model runs.

    Attributes:
        rows: the positions, integers (token, batch), counted from the first of this call's tokens.
        first: first of this call's tokens whose column counts.
        outputs: attention outputs, one (token, batch, width) a layer.
        maps: scores before the softmax, one (token, batch, head, column) a layer; columns after the row are 0.
    """

    rows: Any
    first: int
    outputs: list[Any] = field(default_factory=list)
    maps: list[Any] = field(default_factory=list)

    def keep_output(self, output: Any) -> None:
        """Keep a layer's output (batch, position, width) at the rows."""
        sequence = torch.arange(output.shape[0], device=output.device)
        self.outputs.append(_first_order(output)[sequence, self.rows])

    def keep_scores(self, query: Any, key: Any, scaling: float) -> None:
        """Keep a layer's scores.

        Args:
            query: (batch, head, position, d_head).
            key: (batch, head, position, d_head); this call's tokens are the last.
            scaling: what the model multiplies the products by.
        """
        batch, _, length, _ = query.shape
        chosen = query.transpose(1, 2)[torch.arange(batch, device=query.device), self.rows]
        columns = key[:, :, key.shape[2] - length + self.first :]
        scores = _first_order(torch.einsum("tbhd,bhcd->tbhc", chosen, columns) * scaling)
        places = torch.arange(self.first, length, device=scores.device)
        self.maps.append(scores * (places <= self.rows[:, :, None])[:, :, None])


def _first_order(value: Any) -> Any:
    """Value plus directional derivative, where forward-mode differentiation is on; else the value."""
    primal, tangent = torch.autograd.forward_ad.unpack_dual(value)
    return primal if tangent is None else primal + tangent


_RECORDS: list[Record] = []


def _attend(
    module: Any,
    query: Any,
    key: Any,
    value: Any,
    attention_mask: Any,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Any, Any]:
    """Scaled dot-product attention in plain operations, as transformers' `eager`; tells the record, if there is one."""
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    shared = query.shape[1] // key.shape[1]
    if shared > 1:
        key, value = key.repeat_interleave(shared, dim=1), value.repeat_interleave(shared, dim=1)
    for record in _RECORDS:
        record.keep_scores(query, key, scaling)
    scores = query @ key.transpose(2, 3) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    pattern = scores.softmax(-1)
    return (pattern @ value).transpose(1, 2).contiguous(), pattern


def use_recorded_attention(model: Any) -> None:
    """Let a model compute attention by this module's function."""
    transformers.AttentionInterface.register(IMPLEMENTATION, _attend)
    masks = transformers.masking_utils
    transformers.AttentionMaskInterface.register(IMPLEMENTATION, masks.eager_mask)
    model.set_attn_implementation(IMPLEMENTATION)


@contextmanager
def recording(model: Any, adapter: Adapter, record: Record) -> Iterator[Record]:
    """Fill a record from one call of the model inside the context."""
    with ExitStack() as stack:
        for attention in attentions_of(model, adapter):
            handles = [attention.register_forward_hook(lambda *call: record.keep_output(call[-1][0]))]
            if adapter.hooked:
                handles += _projection_hooks(attention, record)
            for handle in handles:
                stack.callback(handle.remove)
        if not adapter.hooked:
            _RECORDS.append(record)
            stack.callback(_RECORDS.remove, record)
        yield record


def _projection_hooks(attention: Any, record: Record) -> list[Any]:
    """Hooks that recompute scores from the outputs of the projections to queries and keys."""
    made: dict[str, Any] = {}

    def split(output: Any) -> Any:
        return output.unflatten(-1, (attention.num_heads, attention.head_dim)).transpose(1, 2)

    def keep_query(*call: Any) -> None:
        made["query"] = split(call[-1])

    def keep_key(*call: Any) -> None:
        made["key"] = split(call[-1])

    def keep_both(*call: Any) -> None:
        record.keep_scores(made.pop("query"), made.pop("key"), attention.scaling)

    return [
        attention.q_proj.register_forward_hook(keep_query),
        attention.k_proj.register_forward_hook(keep_key),
        attention.register_forward_hook(keep_both),
    ]
