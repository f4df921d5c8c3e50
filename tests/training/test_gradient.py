"""The turned gradient is the gradient."""

import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.training import _gradient as module
from dynamicl.training._gradient import value_and_gradient


def test_it_is_the_gradient_for_leaves_of_any_rank():
    key = jax.random.key(0)
    shapes = {"scalar": (), "bias": (3,), "matrix": (4, 3), "stack": (2, 3, 4)}
    weights = {
        name: jax.random.normal(jax.random.fold_in(key, i), s) for i, (name, s) in enumerate(shapes.items())
    }
    x = jax.random.normal(jax.random.fold_in(key, 9), (5, 4))

    def loss(w):
        hidden = jnp.tanh(x @ w["matrix"] + w["bias"]) * w["scalar"]
        return jnp.sum(jnp.einsum("bi,kij->kbj", hidden, w["stack"]) ** 2)

    (value, extra), gradient = jax.jit(lambda w: value_and_gradient(lambda v: (loss(v), 7), w))(weights)
    assert extra == 7
    expected, by_hand = jax.value_and_grad(loss)(weights)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    for name, shape in shapes.items():
        assert gradient[name].shape == shape
        np.testing.assert_allclose(gradient[name], by_hand[name], rtol=1e-4, atol=1e-5)


def test_large_tables_are_not_turned_and_their_gradient_is_the_same(monkeypatch):
    turned = {(64, 12_800): False, (12_800, 64): False, (64, 1600): True, (512, 1536): True, (9,): False}
    assert {shape: module._is_turned(shape) for shape in turned} == turned
    monkeypatch.setattr(module, "LARGE", 60)
    table, x = jax.random.normal(jax.random.key(0), (3, 60)), jax.random.normal(jax.random.key(1), (5, 3))
    assert not module._is_turned(table.shape)

    def loss(weights):
        return jnp.sum(jnp.tanh(x @ weights) ** 2)

    _, gradient = jax.jit(lambda w: value_and_gradient(lambda v: (loss(v), 0), w))(table)
    np.testing.assert_allclose(gradient, jax.grad(loss)(table), rtol=1e-4, atol=1e-5)
