import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.toys import (
    And,
    Compete,
    Or,
    VectorToy,
    coopetition,
    descend,
    draw_toy,
    draw_vectors,
    reduce_vectors,
)
from toys.tensors import as_numpy, coopetition_loss, outer, product_loss

SIZES = {"a": 3, "b": 4, "c": 2, "d": 5}


@pytest.fixture(scope="module")
def drawn():
    return draw_vectors(jax.random.key(0), SIZES)


def only(vectors, names):
    return {name: vectors[name] for name in names}


@pytest.mark.parametrize("names", ["a", "ab", "abc", "abcd"])
def test_a_product_is_half_the_mean_over_entries(drawn, names):
    truth, start = (only(vectors, names) for vectors in drawn)
    toy, state = reduce_vectors(And(*names), truth, start)
    assert float(toy.loss(state)) == pytest.approx(product_loss(truth, start, names), rel=1e-5)
    assert float(toy.loss(toy.truth)) == 0.0


def test_a_loss_near_its_truth_keeps_its_digits(drawn):
    truth = only(drawn[0], "abc")
    near = {**truth, "b": truth["b"] + jnp.array([0.0, 0.0, 1e-6, 0.0])}
    length = np.linalg.norm(truth["b"])
    along, across = float(truth["b"][2]) * 1e-6 / length, 0.0
    across = 1e-6 * np.sqrt(1 - (float(truth["b"][2]) / length) ** 2)
    toy, state = reduce_vectors(And("a", "b", "c"), truth, truth)
    state["b"] = type(state["b"])(state["b"].along + np.float32(along), jnp.float32(across))
    # Of squares of 1e-6 next to a tensor of size 1, float32 would see nothing.
    assert float(toy.loss(state)) == pytest.approx(product_loss(truth, near, "abc"), rel=0.2)


def test_competition_is_half_the_mean_square(drawn):
    _, start = (only(vectors, "ad") for vectors in drawn)
    toy, state = reduce_vectors(Compete("a", "d"), start, start)
    assert float(toy.loss(state)) == pytest.approx(np.mean(outer(start["a"], start["d"]) ** 2) / 2, rel=1e-5)


def test_composed_losses_multiply_add_and_weigh(drawn):
    truth, start = drawn
    toy, state = reduce_vectors(coopetition(0.3, 0.7), truth, start)
    assert float(toy.loss(state)) == pytest.approx(coopetition_loss(truth, start, 0.3, 0.7), rel=1e-5)
    terms = toy.terms(state)
    assert list(terms) == ["a b c", "d b c", "a against d"]
    assert float(terms["d b c"]) == pytest.approx(product_loss(truth, start, "dbc"), rel=1e-5)
    three = Or(And("a"), And("b") + 1.0, 2.0 * And("c")) + And("d")
    toy, state = reduce_vectors(three, truth, start)
    a, b, c, d = (product_loss(truth, start, name) for name in "abcd")
    assert float(toy.loss(state)) == pytest.approx(a * (b + 1) * 2 * c + d, rel=1e-5)
    assert (1.0 + And("a") * 2.0).names == ("a",)


def test_offsets_and_weights_may_differ_between_runs(drawn):
    truth, start = (jax.tree.map(lambda v: jnp.stack([v, v]), vectors) for vectors in drawn)
    offset, weight = jnp.array([0.0, 0.3]), jnp.array([0.5, 0.1])
    toy, state = reduce_vectors(coopetition(offset, weight), truth, start)
    expected = [coopetition_loss(*drawn, float(m), float(w)) for m, w in zip(offset, weight, strict=True)]
    np.testing.assert_allclose(toy.loss(state), expected, rtol=1e-5)


def test_measures_against_plain_loops(drawn):
    truth, start = (only(vectors, "abc") for vectors in drawn)
    toy, state = reduce_vectors(And("a", "b", "c"), truth, start)
    plain, goal = as_numpy(start), as_numpy(truth)
    for i, name in enumerate("abc"):
        cosine = plain[name] @ goal[name] / np.linalg.norm(plain[name]) / np.linalg.norm(goal[name])
        assert float(toy.misalignment(state)[i]) == pytest.approx(1 - cosine**2, rel=1e-4)
        # Flipping another vector's sign is the same as flipping its own.
        losses = [product_loss(goal, {**goal, name: sign * plain[name]}, "abc") for sign in (1, -1)]
        assert float(toy.perfected_loss(state)[i]) == pytest.approx(min(losses), rel=1e-4)
    none = jax.tree.map(jnp.zeros_like, state)
    np.testing.assert_array_equal(toy.misalignment(none), 1.0)


TRUTH, START = draw_vectors(jax.random.key(0), {"a": 2, "b": 2})


DRAWN = draw_toy(jax.random.key(0), (3, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: And("a", "a"), r"`names` of And are \('a', 'a'\)"),
        (lambda: And(), r"`names` of And are \(\)"),
        (lambda: Compete("d", "d"), "`names` of Compete are"),
        (lambda: Or(And("a")), "`parts` of an Or are 1"),
        (lambda: coopetition(-1.0), "`offset` is -1.0"),
        (lambda: coopetition(0.1, -0.1), "`competition` is -0.1"),
        (lambda: descend(DRAWN[0], {"a": DRAWN[1]["a"]}), r"the state has \['a'\]"),
        (lambda: VectorToy(And("a"), {"b": jnp.ones(())}, (("b", 2),)), r"`sizes` are of \['b'\]"),
        (lambda: reduce_vectors(And("a", "b"), TRUTH, {**START, "b": jnp.ones(3)}), "`start` has shapes"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
