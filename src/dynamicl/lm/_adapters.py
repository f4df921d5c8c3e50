"""Where each architecture keeps its blocks, its attention, and the projections to keys and values.

An adapter is a description: names of modules inside the transformers class. To add an architecture, add a row and a
tiny model of it to `tests/lm/tiny.py`; the tests recompute its scores and outputs from its weights.
"""

from dataclasses import dataclass
from typing import Any

from dynamicl.specs import SpecError

from ._lazy import torch


@dataclass(frozen=True)
class Adapter:
    """The layout of one architecture.

    Attributes:
        architecture: `model_type` of the transformers configuration.
        blocks: path of the list of blocks.
        attention: name of the attention inside a block; its first output is the attention output after the
            projection, before the residual sum.
        final_norm: path of the normalisation before the read-out.
        key_value: names, inside the attention, of the modules that make keys and values.
        fused: how queries share these modules: "" not at all, "columns" as the first third of the outputs, "heads" as
            the first third of every head's outputs.
        hooked: whether scores are recomputed from the projections' outputs, for architectures that do not call
            transformers' exchangeable attention function. Only right where nothing rotates keys and queries.
    """

    architecture: str
    blocks: str
    attention: str
    final_norm: str
    key_value: tuple[str, ...] = ("k_proj", "v_proj")
    fused: str = ""
    hooked: bool = False


ADAPTERS = {
    adapter.architecture: adapter
    for adapter in (
        Adapter("llama", "model.layers", "self_attn", "model.norm"),
        Adapter("gemma3_text", "model.layers", "self_attn", "model.norm"),
        Adapter("opt", "model.decoder.layers", "self_attn", "model.decoder.final_layer_norm"),
        Adapter("xglm", "model.layers", "self_attn", "model.layer_norm", hooked=True),
        Adapter("gpt2", "transformer.h", "attn", "transformer.ln_f", ("c_attn",), "columns"),
        Adapter(
            "gpt_neox",
            "gpt_neox.layers",
            "attention",
            "gpt_neox.final_layer_norm",
            ("query_key_value",),
            "heads",
        ),
    )
}


def adapter_for(model: Any) -> Adapter:
    """Return the adapter of a model.

    Args:
        model: a causal language model of transformers.

    Raises:
        SpecError: its architecture has none.
    """
    kind = model.config.model_type
    if kind not in ADAPTERS:
        raise SpecError(
            f"`model` has the architecture {kind!r}, which has no adapter: use one of {', '.join(ADAPTERS)}, "
            "or add a row to `dynamicl/lm/_adapters.py`"
        )
    return ADAPTERS[kind]


def blocks_of(model: Any, adapter: Adapter) -> list[Any]:
    """Return the blocks, first to last."""
    return list(model.get_submodule(adapter.blocks))


def attentions_of(model: Any, adapter: Adapter) -> list[Any]:
    """Return the attention module of every block."""
    return [block.get_submodule(adapter.attention) for block in blocks_of(model, adapter)]


def read_out(model: Any, adapter: Adapter, hidden: Any) -> Any:
    """Return logits from a residual stream: final normalisation, then the output embedding.

    Args:
        model: the model.
        adapter: its adapter.
        hidden: any shape, last axis the width.

    Returns:
        Logits, the same shape with the vocabulary as last axis.
    """
    return model.get_output_embeddings()(model.get_submodule(adapter.final_norm)(hidden))


def key_value_weights(model: Any, adapter: Adapter) -> dict[str, Any]:
    """Return the weights and biases that make keys and values, by name.

    Args:
        model: the model.
        adapter: its adapter.

    Returns:
        For each parameter's name a mask of its entries: `None` where all of them count, else a tensor of 0 and 1 that
        leaves out the entries that make queries.
    """
    modules = {module: name for name, module in model.named_modules()}
    masks = {}
    for attention in attentions_of(model, adapter):
        for part in adapter.key_value:
            name = f"{modules[attention]}.{part}"
            for kind, weight in attention.get_submodule(part).named_parameters():
                masks[f"{name}.{kind}"] = _without_queries(weight, adapter, model.config)
    return masks


def _without_queries(weight: Any, adapter: Adapter, config: Any) -> Any:
    """Mask of a fused projection; GPT-2's is (inputs, outputs), GPT-NeoX' (outputs, inputs)."""
    if not adapter.fused:
        return None
    mask = torch.ones_like(weight)
    if adapter.fused == "columns":
        mask[..., : mask.shape[-1] // 3] = 0
        return mask
    by_head = mask.view(config.num_attention_heads, 3, -1)
    by_head[:, 0] = 0
    return mask
