import equinox as eqx
import jax
import jax.numpy as jnp
import pytest

from dynamicl.models import (
    Interface,
    Site,
    Transformer,
    TransformerSpec,
    axes_of,
    declare_axes,
    match_sites,
    sites,
)
from dynamicl.models._sites import site_values
from dynamicl.specs import SpecError

from .small import IDS, PAIRS, id_tokens, pair_tokens


def listed(spec, interface=PAIRS):
    model = Transformer(spec, interface, key=jax.random.key(0))
    return sites(model, interface.tokens)


def test_sites_of_an_attention_only_model_in_order():
    found = listed(TransformerSpec(1, 2, 8))
    assert [site.name for site in found] == [
        "embed.tokens",
        "layers.0.pre",
        "layers.0.attn.norm",
        "layers.0.attn.q",
        "layers.0.attn.k",
        "layers.0.attn.v",
        "layers.0.attn.mask",
        "layers.0.attn.scores",
        "layers.0.attn.pattern",
        "layers.0.attn.head_out",
        "layers.0.attn.out",
        "layers.0.post",
        "norm.out",
        "logits",
    ]
    assert found[8] == Site("layers.0.attn.pattern", ("head", "query", "key"), (2, 1, 5))
    assert found[8].size("key") == 5


@pytest.mark.parametrize("interface", [PAIRS, IDS], ids=["pairs", "ids"])
def test_every_site_has_named_axes(interface):
    found = listed(TransformerSpec(2, 2, 8, mlp_ratio=2.0, positions="learnt"), interface)
    assert not any(axis.startswith("dim") for site in found for axis in site.axes)


def test_sites_of_a_model_of_ones_own_count_their_axes():
    def model(tokens, tap):
        return tap("mine", jnp.outer(tokens, tokens)).sum(0)

    assert sites(model, jnp.zeros(3)) == (Site("mine", ("dim0", "dim1"), (3, 3)),)


def test_axes_can_be_declared_where_a_value_is_made():
    declare_axes({"test.states": ("seq", "hidden")})
    assert axes_of("test.states", 2) == axes_of("layers.3.test.states", 2) == ("seq", "hidden")
    assert axes_of("test.states", 3) == ("dim0", "dim1", "dim2")


def test_two_values_under_one_name_are_refused():
    with pytest.raises(SpecError, match="two values pass the tap as `x`: give each its own name"):
        sites(lambda tokens, tap: tap("x", tap("x", tokens)), jnp.zeros(2))


def test_an_unknown_site_is_answered_with_the_nearest():
    known = listed(TransformerSpec(1, 2, 8))
    with pytest.raises(
        SpecError,
        match="no site matches `layers.0.atn.pattern`: did you mean `layers.0.attn.pattern`.*lists all",
    ):
        match_sites(known, "layers.0.atn.pattern")
    assert [site.name for site in match_sites(known, "layers.*.attn.[qk]")] == [
        "layers.0.attn.q",
        "layers.0.attn.k",
    ]


def test_an_unknown_axis_is_answered_with_those_there_are():
    with pytest.raises(SpecError, match="site `logits` has no axis `head`: its axes are output"):
        Site("logits", ("output",), (5,)).size("head")


def test_site_values_are_those_of_the_pass():
    model = Transformer(TransformerSpec(1, 2, 8), PAIRS, key=jax.random.key(0))
    tokens = pair_tokens()[1]
    assert site_values(model, tokens, "logits").tolist() == model(tokens).tolist()


@pytest.mark.parametrize(
    ("interface", "tokens"), [(PAIRS, pair_tokens()[1]), (IDS, id_tokens()[1])], ids=["pairs", "ids"]
)
def test_model_inputs_have_the_shapes_of_real_ones(interface, tokens):
    abstract = interface.tokens
    assert type(abstract) is type(tokens)
    assert [(a.shape, a.dtype) for a in jax.tree.leaves(abstract)] == [
        (t.shape, t.dtype) for t in jax.tree.leaves(tokens)
    ]


class Words(eqx.Module):
    letters: jax.Array


def test_tokens_that_nothing_embeds_are_refused():
    interface = Interface(Words(jnp.zeros(3)), 2)
    with pytest.raises(SpecError, match="tokens are `Words`, which nothing embeds .*PairTokens, TokenIds"):
        TransformerSpec().build(interface, jax.random.key(0))
