import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import LayerNorm, Linear, Mlp, null_tap

from . import loops
from .small import as_dict, stirred

X = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)


def test_layer_norm_equals_a_loop():
    norm = stirred(LayerNorm(6))
    np.testing.assert_allclose(
        norm(jnp.asarray(X)), loops.layer_norm(X.astype(float), as_dict(norm)), rtol=1e-5, atol=1e-6
    )


def test_layer_norm_starts_without_scale_and_shift():
    out = np.asarray(LayerNorm(6)(jnp.asarray(100 * X + 7)))
    np.testing.assert_allclose(out.mean(-1), 0, atol=1e-6)
    np.testing.assert_allclose(out.std(-1), 1, rtol=1e-5)


def test_linear_equals_a_loop():
    linear = stirred(Linear(6, 3, key=jax.random.key(0)))
    expected = [
        [sum(x * w for x, w in zip(row, linear.weight[:, j], strict=True)) + linear.bias[j] for j in range(3)]
        for row in X
    ]
    np.testing.assert_allclose(linear(jnp.asarray(X)), np.array(expected), rtol=1e-5, atol=1e-6)


def test_linear_without_bias():
    linear = Linear(6, 3, bias=False, key=jax.random.key(0))
    assert linear.bias is None
    np.testing.assert_allclose(linear(jnp.asarray(X)), X @ np.asarray(linear.weight), rtol=1e-5, atol=1e-6)


def test_weights_are_drawn_with_variance_one_over_fan_in_cut_at_two():
    weight = np.asarray(Linear(100, 400, key=jax.random.key(3)).weight)
    # 40,000 draws: the standard error of the variance is 0.7 % (a normal's kurtosis is an upper bound).
    assert abs(weight.var() * 100 - 1) < 0.03
    assert abs(weight.mean()) < 0.002
    # A normal cut at two deviations has .88 of its deviation, so the cut lies at 2 / .88 = 2.27 of the new one.
    assert 2.2 < np.abs(weight).max() * 10 < 2.28


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_mlp_equals_its_formula(activation):
    mlp = stirred(Mlp(6, 9, activation, key=jax.random.key(0)))
    expected = loops.mlp(X.astype(float), as_dict(mlp), activation)
    np.testing.assert_allclose(mlp(jnp.asarray(X), null_tap, "m"), expected, rtol=2e-5, atol=5e-6)
