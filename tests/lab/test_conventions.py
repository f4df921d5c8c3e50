"""Weights as other tools keep them: round trips, plain loops, and PyTorch's own forward pass."""

import itertools

import equinox as eqx
import jax
import numpy as np
import pytest

from dynamicl.lab import OWN, TORCH, TRANSFORMER_LENS, Convention, weights_as, weights_from, with_weights
from dynamicl.models import Interface, PairTokens, TransformerSpec
from dynamicl.specs import SpecError, from_json, to_json
from dynamicl.training import pack
from small import forged

HEADS, WIDTH = 2, 8
SPEC = TransformerSpec(2, HEADS, WIDTH, mlp_ratio=1.5)


def model_of(spec, seed=0):
    """A model whose arrays are all different from zero and one."""
    interface = Interface(PairTokens.shaped(2, 5, 3), outputs=4, readout=4)
    model = spec.build(interface, jax.random.key(seed))
    rng = np.random.default_rng(seed)
    arrays, static = eqx.partition(model, eqx.is_array)
    filled = jax.tree.map(lambda leaf: jax.numpy.asarray(rng.normal(size=leaf.shape), leaf.dtype), arrays)
    return eqx.combine(filled, static)


def arrays_of(model):
    return pack(eqx.filter(model, eqx.is_array))


MODEL = model_of(SPEC)
OWN_ARRAYS = arrays_of(MODEL)
EVERY = [
    Convention(*parts)
    for parts in itertools.product(
        ("own", "torch", "transformer_lens"),
        ("in_out", "out_in"),
        ("joined", "interleaved", "apart"),
        ("adjacent", "halves"),
    )
]


@pytest.mark.parametrize("convention", [TRANSFORMER_LENS, *EVERY])
@pytest.mark.parametrize("biased", [False, True])
def test_there_and_back_gives_the_same_bits(convention, biased):
    model = (
        model_of(TransformerSpec(2, HEADS, WIDTH, mlp_ratio=1.5, attention_bias=True)) if biased else MODEL
    )
    own = arrays_of(model)
    back = weights_from(model, weights_as(model, own, convention), convention)
    assert back.keys() == own.keys() and all(np.array_equal(back[name], own[name]) for name in own)


def test_conventions_differ_where_shapes_do_not():
    """Attention's matrices are square: only a convention tells these apart."""
    names = [("matrices", "out_in"), ("heads", "interleaved"), ("rotary", "halves")]
    for field, value in names:
        other = weights_as(MODEL, OWN_ARRAYS, Convention(**{field: value}))
        assert other["blocks.0.attention.w_q"].shape == (WIDTH, WIDTH)
        assert not np.array_equal(other["blocks.0.attention.w_q"], OWN_ARRAYS["blocks.0.attention.w_q"])


def test_columns_are_where_a_plain_loop_puts_them():
    q = OWN_ARRAYS["blocks.1.attention.w_q"]
    half = WIDTH // HEADS // 2
    interleaved = weights_as(MODEL, OWN_ARRAYS, Convention(heads="interleaved"))["blocks.1.attention.w_q"]
    halves = weights_as(MODEL, OWN_ARRAYS, Convention(rotary="halves"))["blocks.1.attention.w_q"]
    apart = weights_as(MODEL, OWN_ARRAYS, TRANSFORMER_LENS)
    o = OWN_ARRAYS["blocks.1.attention.w_o"]
    for head in range(HEADS):
        for i in range(WIDTH // HEADS):
            column = q[:, head * WIDTH // HEADS + i]
            assert np.array_equal(interleaved[:, i * HEADS + head], column)
            place = i // 2 + (i % 2) * half
            assert np.array_equal(halves[:, head * WIDTH // HEADS + place], column)
            assert np.array_equal(apart["blocks.1.attn.W_Q"][head, :, i], column)
            assert np.array_equal(apart["blocks.1.attn.W_O"][head, i], o[head * WIDTH // HEADS + i])
    untouched = weights_as(MODEL, OWN_ARRAYS, Convention(rotary="halves"))
    assert np.array_equal(untouched["blocks.1.attention.w_v"], OWN_ARRAYS["blocks.1.attention.w_v"])


def test_the_names_of_transformer_lens():
    written = weights_as(MODEL, OWN_ARRAYS, TRANSFORMER_LENS)
    assert {name: array.shape for name, array in written.items() if ".1." in name} == {
        "blocks.1.ln1.w": (8,),
        "blocks.1.ln1.b": (8,),
        "blocks.1.ln2.w": (8,),
        "blocks.1.ln2.b": (8,),
        "blocks.1.attn.W_Q": (2, 8, 4),
        "blocks.1.attn.W_K": (2, 8, 4),
        "blocks.1.attn.W_V": (2, 8, 4),
        "blocks.1.attn.W_O": (2, 4, 8),
        "blocks.1.attn.b_Q": (2, 4),
        "blocks.1.attn.b_K": (2, 4),
        "blocks.1.attn.b_V": (2, 4),
        "blocks.1.attn.b_O": (8,),
        "blocks.1.mlp.W_in": (8, 12),
        "blocks.1.mlp.b_in": (12,),
        "blocks.1.mlp.W_out": (12, 8),
        "blocks.1.mlp.b_out": (8,),
    }
    assert {"ln_final.w", "ln_final.b", "unembed.W_U", "unembed.b_U"} <= written.keys()
    assert not written["blocks.1.attn.b_Q"].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("norm.weight"), "have no array `norm.weight`, which the model needs: they have"),
        (
            lambda w: w.update({"blocks.0.attention.q.bias": np.zeros(8, np.float32)}),
            r"have an array `blocks.0.attention.q.bias` for which the model has no place \(1 in all\)",
        ),
        (
            lambda w: w.update({"unembed.weight": w["unembed.weight"].T}),
            r"`unembed.weight` has shape \(8, 4\), and the model needs \(4, 8\): check",
        ),
        (lambda w: w["norm.weight"].fill(np.nan), "is not finite everywhere"),
    ],
)
def test_what_has_no_place_is_refused(change, message):
    written = {name: array.copy() for name, array in weights_as(MODEL, OWN_ARRAYS, TORCH).items()}
    change(written)
    with pytest.raises(SpecError, match=message):
        weights_from(MODEL, written, TORCH)


def test_a_bias_that_the_model_lacks_is_refused_unless_it_is_zero():
    written = weights_as(MODEL, OWN_ARRAYS, TRANSFORMER_LENS)
    assert weights_from(MODEL, written, TRANSFORMER_LENS).keys() == OWN_ARRAYS.keys()
    written["blocks.0.attn.b_Q"] = np.ones((2, 4), np.float32)
    with pytest.raises(SpecError, match="`blocks.0.attn.b_Q` is not zero, and the model has no such bias"):
        weights_from(MODEL, written, TRANSFORMER_LENS)


def test_conventions_that_mean_nothing():
    with pytest.raises(SpecError, match="`matrices` is 'rows': choose one of 'in_out', 'out_in'"):
        weights_as(MODEL, OWN_ARRAYS, forged(OWN, matrices="rows"))
    odd = model_of(TransformerSpec(1, 2, 6, positions="learnt"))
    with pytest.raises(SpecError, match="heads are 3 wide: halves need an even width"):
        weights_as(odd, arrays_of(odd), Convention(rotary="halves"))
    with pytest.raises(SpecError, match="`model` is a `Linear`: conventions are those of transformers"):
        weights_as(MODEL.unembed, {}, TORCH)
    assert from_json(to_json(TRANSFORMER_LENS)) == TRANSFORMER_LENS
    assert weights_as(MODEL.unembed, arrays_of(MODEL.unembed), OWN).keys() == {"weight", "bias"}


EXEMPLARS, LABELS = (
    np.random.default_rng(3).normal(size=(3, 5)).astype(np.float32),
    np.array([2, 1], np.int32),
)
TOKENS = PairTokens(jax.numpy.asarray(EXEMPLARS), jax.numpy.asarray(LABELS), 3)


@pytest.mark.parametrize("rotary", ["adjacent", "halves"])
def test_pytorch_computes_the_same_logits(rotary):
    torch = pytest.importorskip("torch", reason="the extra `lm` has it")
    convention = Convention("torch", "out_in", rotary=rotary)
    state = {
        name: torch.from_numpy(array.copy())
        for name, array in weights_as(MODEL, OWN_ARRAYS, convention).items()
    }
    theirs = torch_logits(torch, state, rotary)
    ours = np.asarray(MODEL(TOKENS))
    assert np.allclose(theirs, ours, atol=2e-5)
    again = with_weights(model_of(SPEC, seed=1), state, convention)
    assert np.array_equal(np.asarray(again(TOKENS)), ours)


def torch_logits(torch, state, rotary):
    """The network as a PyTorch user would write it, with `nn.functional.linear` for every matrix."""
    linear, norm = torch.nn.functional.linear, torch.nn.functional.layer_norm

    def normed(x, name):
        return norm(x, (WIDTH,), state[f"{name}.weight"], state[f"{name}.bias"], 1e-5)

    def turned(x):
        length, width = x.shape[0], x.shape[-1]
        angles = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        if rotary == "halves":
            a, b = x[..., : width // 2], x[..., width // 2 :]
            return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)

    exemplars = linear(
        torch.from_numpy(EXEMPLARS), state["embed.exemplar.weight"], state.get("embed.exemplar.bias")
    )
    labels = state["embed.label"][torch.from_numpy(LABELS.astype(np.int64))]
    x = torch.stack([exemplars[0], labels[0], exemplars[1], labels[1], exemplars[2]])
    for block in range(SPEC.layers):
        name = f"blocks.{block}"
        inside = normed(x, f"{name}.attention.norm")
        q, k, v = (
            linear(inside, state[f"{name}.attention.{part}.weight"]).reshape(len(x), HEADS, -1)
            for part in "qkv"
        )
        scores = torch.einsum("qhd,khd->hqk", turned(q), turned(k)) / (WIDTH // HEADS) ** 0.5
        scores = scores.masked_fill(torch.ones(len(x), len(x)).triu(1).bool(), -torch.inf)
        mixed = torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).reshape(len(x), WIDTH)
        x = x + linear(mixed, state[f"{name}.attention.o.weight"])
        hidden = linear(
            normed(x, f"{name}.mlp.norm"), state[f"{name}.mlp.rise.weight"], state[f"{name}.mlp.rise.bias"]
        )
        hidden = torch.nn.functional.gelu(hidden, approximate="tanh")
        x = x + linear(hidden, state[f"{name}.mlp.fall.weight"], state[f"{name}.mlp.fall.bias"])
    return linear(normed(x[-1], "norm"), state["unembed.weight"], state["unembed.bias"]).numpy()
