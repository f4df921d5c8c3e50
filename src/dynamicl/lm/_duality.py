"""The duality between a step of gradient descent and attention, and the weights that make it exact.

Plain NumPy in float64. Each function returns both sides of an equation, so that a study can measure how far apart they
are, and how far the softmax takes them.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Sides(NamedTuple):
    """The two sides of an equation."""

    left: np.ndarray
    right: np.ndarray

    @property
    def error(self) -> float:
        """Largest difference, relative to the largest value."""
        return float(np.abs(self.left - self.right).max() / np.abs(self.left).max())


def attention(
    values: Float[np.ndarray, "d_out key"],
    keys: Float[np.ndarray, "d key"],
    query: Float[np.ndarray, " d"],
    *,
    softmax: bool = False,
) -> Float[np.ndarray, " d_out"]:
    """Return attention of one query, without softmax and scaling unless asked for.

    Args:
        values: (d_out, key).
        keys: (d, key).
        query: (d,).
        softmax: whether weights are the softmax of the scaled products.

    References:
        Bar Natan et al., equations 2 and 3.
    """
    products = keys.T @ query
    if not softmax:
        return values @ products
    weights = np.exp(products / np.sqrt(len(query)) - (products / np.sqrt(len(query))).max())
    return values @ (weights / weights.sum())


def trained_layer(
    weights: Float[np.ndarray, "d_out d"],
    inputs: Float[np.ndarray, "d example"],
    targets: Float[np.ndarray, "d_out example"],
    query: Float[np.ndarray, " d"],
    rate: float,
    *,
    softmax: bool = False,
) -> Sides:
    """Return a linear layer after a step of gradient descent, and the same by attention over its training examples.

    The loss is half the squared error, summed over examples; the errors times minus the rate are the values, the inputs
    the keys.

    Args:
        weights: before the step.
        inputs: training inputs.
        targets: what they should give.
        query: the input to evaluate at.
        rate: of the step.
        softmax: whether the attention on the right has a softmax, which breaks the equation.

    References:
        Bar Natan et al., equations 1 and 2.
    """
    errors = -rate * (weights @ inputs - targets)
    step = sum(np.outer(error, example) for error, example in zip(errors.T, inputs.T, strict=True))
    left = (weights + step) @ query
    return Sides(left, weights @ query + attention(errors, inputs, query, softmax=softmax))


def attention_as_update(
    value_weights: Float[np.ndarray, "d_out d"],
    key_weights: Float[np.ndarray, "d_out d"],
    demonstrations: Float[np.ndarray, "d demo"],
    tokens: Float[np.ndarray, "d token"],
    query: Float[np.ndarray, " d_out"],
    *,
    softmax: bool = False,
) -> Sides:
    """Return attention over demonstrations and query tokens, and the zero-shot layer plus an update of its weights.

    Args:
        value_weights: projection to values.
        key_weights: projection to keys.
        demonstrations: representations of the demonstrations' tokens.
        tokens: representations of the query's earlier tokens.
        query: the attention query.
        softmax: whether the attention on the left has a softmax, which breaks the equation.

    References:
        Bar Natan et al., equations 3 and 4.
    """
    everything = np.concatenate([demonstrations, tokens], axis=1)
    left = attention(value_weights @ everything, key_weights @ everything, query, softmax=softmax)
    zero_shot = value_weights @ tokens @ (key_weights @ tokens).T
    update = sum(np.outer(value_weights @ x, key_weights @ x) for x in demonstrations.T)
    return Sides(left, (zero_shot + update) @ query)


class Construction(NamedTuple):
    """Weights of one linear self-attention layer over tokens (x, y)."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    projection: np.ndarray


def construct(weights: Float[np.ndarray, "d_y d_x"], rate: float, examples: int) -> Construction:
    """Return attention weights that make one layer a step of gradient descent on the mean squared error.

    Queries and keys pick the input out of a token, values hold the residual of the initial weights, and the projection
    scales by the rate over the number of examples.

    Args:
        weights: the linear model's before the step.
        rate: of the step.
        examples: number of tokens that are attended to.

    References:
        Von Oswald et al. (2023), proposition 1; Bar Natan et al., section 6.
    """
    d_y, d_x = weights.shape
    picks_input = np.zeros((d_x + d_y, d_x + d_y))
    picks_input[:d_x, :d_x] = np.eye(d_x)
    residual = np.zeros((d_x + d_y, d_x + d_y))
    residual[d_x:, :d_x] = weights
    residual[d_x:, d_x:] = -np.eye(d_y)
    return Construction(picks_input, picks_input, residual, rate / examples * np.eye(d_x + d_y))


def constructed_step(
    inputs: Float[np.ndarray, "d_x example"],
    targets: Float[np.ndarray, "d_y example"],
    weights: Float[np.ndarray, "d_y d_x"],
    query: Float[np.ndarray, " d_x"],
    rate: float,
    *,
    softmax: bool = False,
) -> Sides:
    """Return all tokens after the constructed layer, and after a step of gradient descent on the targets.

    The last token is the test's: (query, prediction of the initial weights); nothing attends to it. On the right every
    target is lowered by what the step adds to its input's prediction, so that the residuals are those of the trained
    model; the test's entry is raised in the same way with the opposite sign.

    Args:
        inputs: of the examples.
        targets: of the examples.
        weights: of the linear model before the step.
        query: test input.
        rate: of the step on half the mean squared error.
        softmax: whether the layer has a softmax, which breaks the equation.

    References:
        Von Oswald et al. (2023), proposition 1; Bar Natan et al., section 6.
    """
    examples = inputs.shape[1]
    tokens = np.concatenate(
        [
            np.concatenate([inputs, query[:, None]], axis=1),
            np.concatenate([targets, (weights @ query)[:, None]], axis=1),
        ]
    )
    layer = construct(weights, rate, examples)
    context = tokens[:, :examples]
    columns = [
        token
        + layer.projection
        @ attention(layer.value @ context, layer.key @ context, layer.query @ token, softmax=softmax)
        for token in tokens.T
    ]
    gradient = (weights @ inputs - targets) @ inputs.T / examples
    step = -rate * gradient
    expected = tokens.copy()
    expected[len(query) :] -= step @ tokens[: len(query)]
    return Sides(expected, np.stack(columns, axis=1))
