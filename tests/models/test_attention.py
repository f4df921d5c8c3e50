import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import Attention, null_tap, record

from . import loops
from .small import as_dict, stirred

X = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
VALID = np.array([True, False, True, True, False])


def layer(heads=2, causal=True, base=0.0, **options):
    return stirred(Attention(8, heads, causal=causal, rotary_base=base, key=jax.random.key(0), **options))


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("base", [0.0, 100.0])
def test_attention_equals_a_loop(heads, causal, base):
    attention = layer(heads, causal, base)
    out = attention(jnp.asarray(X), np.arange(5), None, null_tap, "a")
    expected, _ = loops.attention(X.astype(np.float64), as_dict(attention), heads, causal, base)
    # float32 against float64: sums of eight products of order one.
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=5e-6)


def test_padding_is_attended_by_nobody():
    attention = layer(causal=False)
    recorded = record(
        lambda tokens, tap: attention(tokens, np.arange(5), jnp.asarray(VALID), tap, "a"), jnp.asarray(X)
    )
    expected, patterns = loops.attention(X.astype(np.float64), as_dict(attention), 2, False, 0.0, VALID)
    np.testing.assert_allclose(recorded[0], expected, rtol=1e-5, atol=5e-6)
    np.testing.assert_allclose(recorded[1]["a.pattern"], patterns, rtol=1e-5, atol=1e-7)
    assert not np.asarray(recorded[1]["a.pattern"])[:, :, ~VALID].any()


def test_a_position_sees_nothing_that_comes_after():
    pattern = record(
        lambda tokens, tap: layer(base=10.0)(tokens, np.arange(5), None, tap, "a"), jnp.asarray(X)
    )[1]["a.pattern"]
    assert not np.triu(np.asarray(pattern), 1).any()
    np.testing.assert_allclose(np.asarray(pattern).sum(-1), 1, rtol=1e-6)


@pytest.mark.parametrize("rows", [[4], [1, 3]])
def test_some_rows_equal_those_of_all(rows):
    attention = layer(base=100.0)
    every = attention(jnp.asarray(X), np.arange(5), None, null_tap, "a")
    some = attention(jnp.asarray(X), np.array(rows), None, null_tap, "a")
    np.testing.assert_allclose(some, every[np.array(rows)], rtol=1e-5, atol=1e-6)


def test_sites_have_their_shapes():
    _, seen = record(lambda tokens, tap: layer()(tokens, np.array([4]), None, tap, "a"), jnp.asarray(X))
    assert {name: value.shape for name, value in seen.items()} == {
        "a.norm": (5, 8),
        "a.q": (2, 1, 4),
        "a.k": (2, 5, 4),
        "a.v": (2, 5, 4),
        "a.mask": (1, 5),
        "a.scores": (2, 1, 5),
        "a.pattern": (2, 1, 5),
        "a.head_out": (2, 1, 4),
        "a.out": (1, 8),
    }


def test_an_untouched_layer_masks_once():
    """The mask's last word costs nothing where no tap says anything: the program has no second look at scores."""

    attention = layer()

    def program(tap):
        return str(jax.make_jaxpr(lambda x: attention(x, np.arange(5), None, tap, "a"))(jnp.asarray(X)))

    touched = program(lambda name, value: value * 1 if name == "a.scores" else value)
    assert program(null_tap) == program(lambda name, value: value)
    assert "name=clip" in touched and "name=clip" not in program(null_tap)


@pytest.mark.parametrize("site", ["a.mask", "a.scores", "a.pattern"])
def test_no_tap_opens_the_mask(site):
    def tap(name, value):
        if name != site:
            return value
        return jnp.ones_like(value) if value.dtype == bool else jnp.full_like(value, -jnp.inf)

    attention = layer(causal=False)
    changed = np.where(VALID[:, None], X, X + 3)
    outs = [
        attention(jnp.asarray(x), np.array([0, 2, 3]), jnp.asarray(VALID), tap, "a") for x in (X, changed)
    ]
    assert np.array_equal(*outs, equal_nan=True)


@pytest.mark.parametrize(("causal", "valid"), [(True, None), (True, VALID), (False, VALID)])
def test_momentum_equals_a_loop(causal, valid):
    attention = layer(causal=causal, base=100.0, momentum=0.7)
    padding = None if valid is None else jnp.asarray(valid)
    out = attention(jnp.asarray(X), np.arange(5), padding, null_tap, "a")
    weights, x = as_dict(attention), X.astype(np.float64)
    expected, _ = loops.attention(x, weights, 2, causal, 100.0, valid, 0.7)
    plain, _ = loops.attention(x, weights, 2, causal, 100.0, valid)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-5)
    # The first position has nothing before it; every other one differs.
    assert (np.abs(expected - plain).max(1) > 0.1).tolist() == [False, True, True, True, True]
    some = attention(jnp.asarray(X), np.array([1, 4]), padding, null_tap, "a")
    np.testing.assert_allclose(some, out[np.array([1, 4])], rtol=1e-5, atol=1e-6)


def test_no_momentum_adds_no_operation():
    def program(attention):
        call = lambda x: attention(x, np.arange(5), None, null_tap, "a")  # noqa: E731 - what is traced
        return str(jax.make_jaxpr(call)(jnp.asarray(X)))

    assert program(layer(momentum=0.0)) == program(layer())
    assert program(layer(momentum=0.0)).count("dot_general") + 1 == program(layer(momentum=0.5)).count(
        "dot_general"
    )
    plain, none = (
        one(jnp.asarray(X), np.arange(5), None, null_tap, "a") for one in (layer(), layer(momentum=0.0))
    )
    assert np.array_equal(plain, none)


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [1, 4]])
def test_biases_are_added_where_the_weights_are(rows):
    attention = layer(base=100.0, bias=True)
    out = attention(jnp.asarray(X), np.array(rows), None, null_tap, "a")
    expected, _ = loops.attention(X.astype(np.float64), as_dict(attention), 2, True, 100.0)
    np.testing.assert_allclose(out, expected[rows], rtol=1e-5, atol=5e-6)
    without = layer(base=100.0)
    assert not np.allclose(out, without(jnp.asarray(X), np.array(rows), None, null_tap, "a"), atol=1e-3)


def test_biases_start_at_zero_and_are_left_out_by_default():
    fresh = Attention(8, 2, causal=True, rotary_base=0.0, bias=True, key=jax.random.key(0))
    plain = Attention(8, 2, causal=True, rotary_base=0.0, key=jax.random.key(0))
    assert plain.b_q is None and not any(np.any(b) for b in (fresh.b_q, fresh.b_k, fresh.b_v, fresh.b_o))
    both = [one(jnp.asarray(X), np.arange(5), None, null_tap, "a") for one in (fresh, plain)]
    np.testing.assert_array_equal(*both)
