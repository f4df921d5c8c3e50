"""Attention written out from the weights, one architecture after the other, for one sequence without context."""

import math

import torch

from dynamicl.lm import ADAPTERS

from .tiny import HEADS, WIDTH


def attention_inputs(language, ids):
    """What every attention module reads, (position, width) a layer."""
    adapter, inputs, handles = language.adapter, [], []
    for block in language.model.get_submodule(adapter.blocks):
        module = block.get_submodule(adapter.attention)
        handles.append(
            module.register_forward_pre_hook(
                lambda _, arguments, named: inputs.append(
                    (arguments[0] if arguments else named["hidden_states"])[0]
                ),
                with_kwargs=True,
            )
        )
    with torch.no_grad():
        language.model(input_ids=torch.tensor([ids]))
    for handle in handles:
        handle.remove()
    return inputs


def rotated(heads, theta, dims):
    """Rotary positions, the first half of `dims` paired with the second: (position, head, d_head)."""
    length = heads.shape[0]
    turned = heads.clone()
    for position in range(length):
        for i in range(dims // 2):
            angle = position * theta ** (-2 * i / dims)
            first, second = heads[position, :, i], heads[position, :, i + dims // 2]
            turned[position, :, i] = first * math.cos(angle) - second * math.sin(angle)
            turned[position, :, i + dims // 2] = second * math.cos(angle) + first * math.sin(angle)
    return turned


def heads_of(linear, x, count):
    return linear(x).view(len(x), count, -1)


def scaled_norm(x, weight, epsilon):
    return x / (x.pow(2).mean(-1, keepdim=True) + epsilon).sqrt() * (1 + weight)


def query_key_value(language, layer, x):
    """Queries, keys, values (position, head, d_head), the factor before the softmax, and the width of the window."""
    config = language.model.config
    block = language.model.get_submodule(ADAPTERS[config.model_type].blocks)[layer]
    window = 10**6
    if config.model_type == "llama":
        a = block.self_attn
        q, k, v = heads_of(a.q_proj, x, HEADS), heads_of(a.k_proj, x, 2), heads_of(a.v_proj, x, 2)
        q, k = rotated(q, 10000.0, 8), rotated(k, 10000.0, 8)
        return q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1), 8**-0.5, window
    if config.model_type == "gemma3_text":
        a = block.self_attn
        q, k, v = heads_of(a.q_proj, x, HEADS), heads_of(a.k_proj, x, 2), heads_of(a.v_proj, x, 2)
        q = scaled_norm(q, a.q_norm.weight, config.rms_norm_eps)
        k = scaled_norm(k, a.k_norm.weight, config.rms_norm_eps)
        sliding = config.layer_types[layer] == "sliding_attention"
        theta = 10000.0 if sliding else 1000000.0
        q, k = rotated(q, theta, 8), rotated(k, theta, 8)
        window = config.sliding_window if sliding else window
        return q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1), 16**-0.5, window
    if config.model_type == "gpt2":
        a = block.attn.c_attn
        q, k, v = (
            (x @ a.weight + a.bias)[:, i * WIDTH : (i + 1) * WIDTH].view(len(x), HEADS, 8) for i in range(3)
        )
        return q, k, v, 8**-0.5, window
    if config.model_type == "gpt_neox":
        fused = heads_of(block.attention.query_key_value, x, HEADS)
        q, k, v = fused[..., :8], fused[..., 8:16], fused[..., 16:]
        dims = int(8 * config.rope_parameters["partial_rotary_factor"])
        return rotated(q, 10000.0, dims), rotated(k, 10000.0, dims), v, 8**-0.5, window
    a = block.self_attn
    q, k, v = (heads_of(linear, x, HEADS) for linear in (a.q_proj, a.k_proj, a.v_proj))
    return q, k, v, 8**-0.5, window


def projection(language, layer, mixed):
    block = language.model.get_submodule(language.adapter.blocks)[layer]
    module = block.get_submodule(language.adapter.attention)
    for name in ("o_proj", "out_proj", "dense", "c_proj"):
        if name in dict(module.named_children()):
            return module.get_submodule(name)(mixed)
    raise AssertionError(f"no projection in {module}")


def attention(language, ids):
    """Scores (head, query, key) before softmax and masking, and outputs (position, width), a layer."""
    layers = []
    with torch.no_grad():
        for layer, x in enumerate(attention_inputs(language, ids)):
            q, k, v, factor, window = query_key_value(language, layer, x)
            scores = torch.einsum("qhd,khd->hqk", q, k) * factor
            places = torch.arange(len(ids))
            distance = places[:, None] - places[None]
            seen = (distance >= 0) & (distance < window)
            pattern = scores.masked_fill(~seen, -math.inf).softmax(-1)
            mixed = torch.einsum("hqk,khd->qhd", pattern, v).reshape(len(ids), -1)
            layers.append((scores, projection(language, layer, mixed)))
    return layers
