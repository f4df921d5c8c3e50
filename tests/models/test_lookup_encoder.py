"""The report's encoder: its equations in NumPy beside the model."""

import equinox as eqx
import jax
import numpy as np
import pytest

from dynamicl.models import LOOKUP_ONE_HEAD, LOOKUP_TWO_HEADS, lookup_encoder
from dynamicl.specs import SpecError, from_json, to_json, validate
from dynamicl.tasks import LookupSpec, interface_of


def norm(x, part):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * part.scale + part.shift


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def by_the_equations(model, ids, heads):
    """Equations 1 to 7 and 10, on a sequence without padding, in float64."""
    model = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), model)
    x = model.embed.table[ids]
    d = x.shape[1]
    angle = np.arange(len(ids))[:, None] / 10000.0 ** (np.arange(0, d, 2) / d)
    x = x + np.concatenate([np.sin(angle), np.cos(angle)], axis=1)
    for block in model.blocks:
        z, parts = norm(x, block.attention.norm), []
        for h in range(heads):
            part = slice(h * d // heads, (h + 1) * d // heads)
            q, k, v = (
                z @ w[:, part] for w in (block.attention.w_q, block.attention.w_k, block.attention.w_v)
            )
            parts.append(softmax(q @ k.T / np.sqrt(d // heads)) @ v)
        x = x + np.concatenate(parts, axis=1) @ block.attention.w_o
        hidden = np.maximum(norm(x, block.mlp.norm) @ block.mlp.rise.weight + block.mlp.rise.bias, 0)
        x = x + hidden @ block.mlp.fall.weight + block.mlp.fall.bias
    return x[0] @ model.unembed.weight + model.unembed.bias


@pytest.mark.parametrize("heads", [1, 2])
def test_the_encoder_follows_the_reports_equations(heads):
    task = LookupSpec(pairs=4, least_pairs=4).prepare()["train"]
    model = lookup_encoder(d_model=16, heads=heads).build(interface_of(task), jax.random.key(0))
    weights, static = eqx.partition(model, eqx.is_array)
    leaves, tree = jax.tree.flatten(weights)
    keys = jax.random.split(jax.random.key(1), len(leaves))
    moved = [w + 0.1 * jax.random.normal(k, w.shape) for w, k in zip(leaves, keys, strict=True)]
    model = eqx.combine(jax.tree.unflatten(tree, moved), static)
    sequences = task.batch(jax.random.key(2), 5)
    logits = jax.vmap(model)(sequences.tokens)
    for ids, found in zip(np.asarray(sequences.tokens.ids), logits, strict=True):
        np.testing.assert_allclose(found, by_the_equations(weights_of(model), ids, heads), rtol=0, atol=2e-5)


def weights_of(model):
    return eqx.filter(model, eqx.is_array)


def test_presets_are_the_reports_sizes():
    for preset, heads in ((LOOKUP_ONE_HEAD, 1), (LOOKUP_TWO_HEADS, 2)):
        validate(preset)
        assert (preset.layers, preset.heads, preset.d_model) == (2, heads, 512)
        assert from_json(to_json(preset)) == preset
    shapes = eqx.filter_eval_shape(
        LOOKUP_ONE_HEAD.build, interface_of(LookupSpec().prepare()["train"]), jax.random.key(0)
    )
    assert shapes.blocks[0].mlp.rise.weight.shape == (512, 512)
    assert shapes.unembed.weight.shape == (512, 26)


def test_embedding_scale_is_a_parameter():
    interface = interface_of(LookupSpec().prepare()["train"])
    small, large = (
        lookup_encoder(d_model=64, embedding_scale=s).build(interface, jax.random.key(0)).embed.table
        for s in (0.02, 1.0)
    )
    np.testing.assert_allclose(large, 50 * small, rtol=1e-5)


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(SpecError, match="`model.d_model` is 33"):
        validate(lookup_encoder(heads=2, d_model=33))
