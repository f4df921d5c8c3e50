import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.models import (
    ClassifierSpec,
    ContentTokens,
    InductionHeadSpec,
    Interface,
    record,
    sites,
    with_all_rows,
)
from dynamicl.specs import SpecError, validate

from .small import CONTENT, PAIRS, as_dict, content_tokens, stirred
from .test_classifier import logits_by_loops

SPEC = InductionHeadSpec(3, 0.7, -0.4, 0.9, ClassifierSpec(2, 5))


def head_by_loops(tree, tokens):
    """Equations 4 to 6, with buffers that are filled; logits and both patterns."""
    u = np.asarray(tokens.content, float)
    length = len(u)
    beta1, alpha, beta2 = (float(tree[name] or 0) for name in ("beta1", "alpha", "beta2"))
    first, second = np.zeros((2, length, length))
    for i in range(length):
        weights = [np.exp(beta1 * (j == i - 1)) for j in range(i + 1)]
        first[i, : i + 1] = np.array(weights) / sum(weights)
    buffer = np.array([sum(first[i, j] * u[j] for j in range(i + 1)) for i in range(length)])
    for i in range(length):
        weights = [np.exp(alpha * buffer[j] @ u[i] + beta2 * ((i - j) % 2 == 1)) for j in range(i + 1)]
        second[i, : i + 1] = np.array(weights) / sum(weights)
    written = sum(second[-1, j] * u[j] for j in range(length))
    return logits_by_loops(tree["classifier"], np.concatenate([u[-1], written])), first, second


@pytest.mark.parametrize("parameters", [2, 3])
def test_the_formula(parameters):
    spec = dataclasses.replace(SPEC, parameters=parameters, beta2=0.9 if parameters == 3 else 0.0)
    model, tokens = stirred(spec.build(CONTENT, jax.random.key(0))), content_tokens()
    expected, first, second = head_by_loops(as_dict(model), tokens)
    logits, seen = record(with_all_rows(model), tokens)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(seen["layers.0.attn.pattern"][0], first, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen["layers.1.attn.pattern"][0], second, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model(tokens), expected, rtol=1e-4, atol=1e-5)


def test_large_parameters_solve_the_task():
    """The query attends to the label behind its own class, and a read-out tied to the labels copies it."""
    rng = np.random.default_rng(0)
    items, labels = (rng.normal(size=(n, 400)).astype(np.float32) / 20 for n in (4, 6))
    content = np.stack([items[0], labels[3], items[1], labels[5], items[2], labels[1], items[1]])
    tokens = ContentTokens(jnp.asarray(content), jnp.int32(0), jnp.asarray(labels), 0)
    spec = InductionHeadSpec(2, 20.0, 40.0, classifier=ClassifierSpec(0, tied=True))
    logits, seen = record(spec.build(Interface(tokens, 6), jax.random.key(0)), tokens)
    assert int(np.argmax(logits)) == 5
    # Overlaps of other items are of order 1 / 20, which alpha = 40 raises to e^2 against e^40.
    assert float(seen["layers.1.attn.pattern"][0, 0, 3]) > 0.999
    assert float(seen["layers.0.attn.pattern"][0, 3, 2]) > 0.999


def test_at_zero_attention_is_uniform():
    model = InductionHeadSpec(classifier=ClassifierSpec(1, 5)).build(CONTENT, jax.random.key(0))
    _, seen = record(model, content_tokens())
    np.testing.assert_allclose(seen["layers.1.attn.pattern"], np.full((1, 1, 5), 0.2), rtol=1e-6)
    np.testing.assert_allclose(seen["layers.0.attn.pattern"][0, 3], [0.25] * 4 + [0], rtol=1e-6)


def test_each_parameter_passes_a_site():
    model = SPEC.build(CONTENT, jax.random.key(0))
    known = {site.name: site.shape for site in sites(model, content_tokens())}
    assert {name: shape for name, shape in known.items() if name.startswith("head.")} == {
        "head.beta1": (),
        "head.alpha": (),
        "head.beta2": (),
    }
    held = dataclasses.replace(SPEC, parameters=2, beta2=0.0).build(CONTENT, jax.random.key(0))

    def hold(name, value):
        return jnp.zeros_like(value) if name == "head.beta2" else value

    np.testing.assert_allclose(model(content_tokens(), hold), held(content_tokens()), rtol=1e-6)


def test_gradients_against_finite_differences():
    model, tokens = stirred(SPEC.build(CONTENT, jax.random.key(0))), content_tokens()

    def loss(model):
        return -jax.nn.log_softmax(model(tokens))[2]

    slope = eqx.filter_grad(loss)(model)
    for name in ("beta1", "alpha", "beta2"):
        step = 1e-2

        def moved(by, name=name):
            return float(loss(eqx.tree_at(lambda m: getattr(m, name), model, getattr(model, name) + by)))

        # Central differences in float32: errors of step^2 and of 1e-7 / step.
        assert (moved(step) - moved(-step)) / (2 * step) == pytest.approx(
            float(getattr(slope, name)), rel=0.02, abs=2e-4
        )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (InductionHeadSpec(parameters=4), "`model.parameters` is 4: give 3, or 2 without beta2"),
        (
            InductionHeadSpec(parameters=2, beta2=1.0),
            "`model.beta2` is 1.0 and `model.parameters` 2: leave it at 0, or give 3 parameters",
        ),
    ],
)
def test_parameters_that_do_not_exist(spec, message):
    with pytest.raises(SpecError, match=message):
        validate(spec)


def test_labels_that_are_numbers_are_refused():
    with pytest.raises(
        SpecError, match=r"a model of kind `induction-head` reads items and labels as vectors"
    ):
        InductionHeadSpec().build(PAIRS, jax.random.key(0))
