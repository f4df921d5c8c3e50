import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dynamicl.models import Transformer, TransformerSpec, record, with_all_rows
from dynamicl.specs import SpecError, validate

from . import loops
from .small import IDS, PAIRS, as_dict, id_tokens, pair_tokens, stirred

CASES = {
    "rotary": (TransformerSpec(2, 2, 8), "pairs"),
    "rotary with gelu": (TransformerSpec(1, 2, 8, mlp_ratio=1.0, position_base=20.0), "pairs"),
    "learnt with relu": (
        TransformerSpec(1, 2, 8, mlp_ratio=1.5, activation="relu", positions="learnt"),
        "pairs",
    ),
    "sinusoidal both ways": (
        TransformerSpec(2, 1, 6, positions="sinusoidal", position_base=30.0, causal=False),
        "pairs",
    ),
    "no positions, no norm": (
        TransformerSpec(1, 4, 8, mlp_ratio=1.0, positions="none", final_norm=False),
        "pairs",
    ),
    "momentum": (TransformerSpec(2, 2, 8, momentum=0.4), "pairs"),
    "biases": (TransformerSpec(2, 2, 8, attention_bias=True), "pairs"),
    "padded ids": (TransformerSpec(2, 2, 8, mlp_ratio=1.0, causal=False), "ids"),
}


def made(case):
    spec, kind = CASES[case]
    interface, (plain, tokens) = (PAIRS, pair_tokens()) if kind == "pairs" else (IDS, id_tokens())
    return stirred(Transformer(spec, interface, key=jax.random.key(0))), plain, tokens, kind


@pytest.mark.parametrize("case", CASES)
def test_forward_equals_plain_loops(case):
    model, plain, tokens, kind = made(case)
    logits, seen = record(with_all_rows(model), tokens)
    expected, patterns = loops.transformer(as_dict(model), model.spec, plain, kind, model.interface.readout)
    # float32 against float64, through two blocks of sums of eight products.
    np.testing.assert_allclose(logits, expected, rtol=2e-5, atol=1e-5)
    for i, pattern in enumerate(patterns):
        np.testing.assert_allclose(seen[f"layers.{i}.attn.pattern"], pattern, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_read_out_row_alone_gives_the_same_logits(case):
    model, _, tokens, _ = made(case)
    # A product of one row is summed in another order than that of all.
    np.testing.assert_allclose(model(tokens), with_all_rows(model)(tokens), rtol=1e-5, atol=2e-6)


def test_with_all_rows_leaves_other_models_alone():
    assert with_all_rows(len) is len
    model = made("rotary")[0]
    every = with_all_rows(model)
    assert every.all_rows and not model.all_rows
    assert eqx.tree_equal(jax.tree.leaves(every), jax.tree.leaves(model))


@pytest.mark.parametrize("case", [pytest.param("rotary with gelu", marks=pytest.mark.whole), "padded ids"])
def test_gradients_equal_finite_differences(case):
    """Central differences of the float64 loops: exact to 1e-9, so the tolerance is float32's alone."""
    model, plain, tokens, kind = made(case)
    target, step = 1, 1e-5
    gradient = as_dict(
        eqx.filter_grad(
            lambda m: optax.softmax_cross_entropy_with_integer_labels(m(tokens), jnp.int32(target))
        )(model)
    )
    weights = as_dict(model)
    rng, checked = np.random.default_rng(0), 0
    for leaf, slope in zip(arrays(weights), arrays(gradient), strict=True):
        for index in rng.choice(leaf.size, min(leaf.size, 2), replace=False):
            at = np.unravel_index(index, leaf.shape)
            kept, losses = leaf[at], []
            for sign in (1, -1):
                leaf[at] = kept + sign * step
                logits, _ = loops.transformer(weights, model.spec, plain, kind, model.interface.readout)
                losses.append(loops.cross_entropy(logits, target))
            leaf[at] = kept
            np.testing.assert_allclose(slope[at], (losses[0] - losses[1]) / (2 * step), rtol=2e-4, atol=2e-6)
            checked += 1
    assert checked > 20


def arrays(tree):
    """The float64 arrays of nested dictionaries and lists, in order."""
    if isinstance(tree, np.ndarray):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [array for part in parts for array in arrays(part)]


def test_positions_are_drawn_between_the_inverse_roots_of_the_length():
    positions = np.asarray(
        TransformerSpec(1, 1, 400, positions="learnt").build(PAIRS, jax.random.key(0)).positions
    )
    assert np.abs(positions).max() <= 5**-0.5
    # Uniform: the variance is a third of the bound's square; 2,000 draws give it to 2 %.
    assert abs(positions.var() * 15 - 1) < 0.1


def test_a_small_ratio_leaves_the_mlps_out():
    assert TransformerSpec(1, 1, 4, mlp_ratio=0.1).build(PAIRS, jax.random.key(0)).blocks[0].mlp is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("layers", 0, "`model.layers` is 0: give 1 to 512"),
        ("layers", 513, "`model.layers` is 513: give 1 to 512"),
        ("heads", 0, "`model.heads` is 0: give at least 1"),
        ("d_model", 63, "`model.d_model` is 63: give a multiple of `model.heads` 8, 65536 at most"),
        ("d_model", 0, "`model.d_model` is 0: give a multiple"),
        (
            "d_model",
            24,
            "rotary positions need an even head width, got 3: change `model.d_model`, .*`model.positions`",
        ),
        (
            "mlp_ratio",
            0.001,
            "`model.mlp_ratio` is 0.001, an MLP without a unit at width 64: give 0 for none",
        ),
        ("mlp_ratio", -1.0, r"`model.mlp_ratio` is -1.0: give 0 \(no MLP\) to 64"),
        ("position_base", 1.0, "`model.position_base` is 1.0: give 1 to 1e12"),
        ("embedding_scale", 0.0, "`model.embedding_scale` is 0.0: give above 0 to 100"),
        ("momentum", 1.0, "`model.momentum` is 1.0: give 0 .plain attention. to below 1"),
        ("momentum", -0.1, "`model.momentum` is -0.1: give 0"),
    ],
)
def test_sizes_that_cannot_be_built_are_refused(field, value, message):
    with pytest.raises(SpecError, match=message):
        validate(dataclasses.replace(TransformerSpec(), **{field: value}))
