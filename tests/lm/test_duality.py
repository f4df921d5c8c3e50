"""Equations of the duality and of the construction, and the softmax that breaks them."""

import numpy as np
import pytest

from dynamicl.lm import attention, attention_as_update, construct, constructed_step, trained_layer


@pytest.fixture
def numbers():
    random = np.random.default_rng(0)
    return lambda *shape: random.standard_normal(shape)


def test_attention_is_a_plain_sum(numbers):
    values, keys, query = numbers(3, 5), numbers(4, 5), numbers(4)
    loop = sum(values[:, i] * (keys[:, i] @ query) for i in range(5))
    np.testing.assert_allclose(attention(values, keys, query), loop)
    weights = np.exp([keys[:, i] @ query / 2 for i in range(5)])
    np.testing.assert_allclose(attention(values, keys, query, softmax=True), values @ weights / weights.sum())


def test_trained_layer_is_attention_over_its_examples(numbers):
    weights, inputs, targets, query = numbers(3, 4), numbers(4, 6), numbers(3, 6), numbers(4)
    sides = trained_layer(weights, inputs, targets, query, 0.1)
    assert sides.error < 1e-12
    slope = np.zeros_like(weights)
    for i in np.ndindex(3, 4):
        step = np.zeros_like(weights)
        step[i] = 1e-6
        losses = [0.5 * (((weights + s * step) @ inputs - targets) ** 2).sum() for s in (1, -1)]
        slope[i] = (losses[0] - losses[1]) / 2e-6
    np.testing.assert_allclose(sides.left, (weights - 0.1 * slope) @ query, rtol=1e-6)
    assert trained_layer(weights, inputs, targets, query, 0.1, softmax=True).error > 1e-2


def test_attention_over_demonstrations_updates_the_zero_shot_layer(numbers):
    arguments = numbers(5, 4), numbers(5, 4), numbers(4, 7), numbers(4, 3), numbers(5)
    assert attention_as_update(*arguments).error < 1e-12
    assert attention_as_update(*arguments, softmax=True).error > 1e-2


def test_constructed_layer_is_a_step_on_the_mean_squared_error(numbers):
    inputs, targets, weights, query = numbers(4, 9), numbers(2, 9), numbers(2, 4), numbers(4)
    sides = constructed_step(inputs, targets, weights, query, 0.3)
    assert sides.error < 1e-12
    trained = weights - 0.3 * (weights @ inputs - targets) @ inputs.T / 9
    # The examples' entries become residuals with respect to the old prediction; the test's minus sign is a choice.
    np.testing.assert_allclose(sides.right[4:, :9] - weights @ inputs, targets - trained @ inputs, atol=1e-12)
    np.testing.assert_allclose(2 * weights @ query - sides.right[4:, 9], trained @ query, atol=1e-12)
    np.testing.assert_array_equal(sides.right[:4], np.concatenate([inputs, query[:, None]], axis=1))
    assert constructed_step(inputs, targets, weights, query, 0.3, softmax=True).error > 1e-2


def test_construction_by_hand():
    layer = construct(np.array([[2.0]]), 0.5, 5)
    np.testing.assert_array_equal(layer.key, [[1, 0], [0, 0]])
    np.testing.assert_array_equal(layer.value, [[0, 0], [2, -1]])
    np.testing.assert_array_equal(layer.projection, 0.1 * np.eye(2))
