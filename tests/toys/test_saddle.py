import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.toys import (
    And,
    VectorToy,
    coopetition,
    draw_toy,
    draw_vectors,
    origin_eigenvalues,
    origin_saddle,
    reduce_vectors,
)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_origin_is_a_saddle_of_the_order_of_the_number_of_vectors(count):
    names = "abcd"[:count]
    truth, start = draw_vectors(jax.random.key(count), dict.fromkeys(names, 4))
    toy, _ = reduce_vectors(And(*names), truth, start)
    size = 4**count
    entries = {name: float(np.abs(vector).max()) for name, vector in truth.items()}
    for chosen, lengths in ((entries, entries), (None, toy.lengths)):
        saddle = origin_saddle(toy, entries=chosen)
        eps, peak = saddle.scales, np.prod([float(lengths[name]) for name in names]) ** 2
        assert saddle.gradient == 0 and saddle.is_saddle
        assert saddle.order == pytest.approx(count, abs=1e-3)
        for change, sign in ((saddle.descent, -1), (saddle.ascent, 1)):
            expected = (eps ** (2 * count) + sign * 2 * eps**count) * peak / (2 * size)
            np.testing.assert_allclose(change, expected, rtol=1e-4)


def test_a_direction_of_one_entry_is_that_of_the_whole_vector():
    truth, start = draw_vectors(jax.random.key(7), {"a": 3, "b": 2})
    toy, _ = reduce_vectors(And("a", "b"), truth, start)
    entries = {"a": float(truth["a"][1]), "b": float(truth["b"][0])}
    walked = origin_saddle(toy, entries=entries, scales=[0.1, 0.2])
    goal = np.outer(truth["a"], truth["b"]).astype(np.float64)
    for eps, change in zip((0.1, 0.2), walked.descent, strict=True):
        there = np.zeros_like(goal)
        there[1, 0] = eps**2 * entries["a"] * entries["b"]
        assert change == pytest.approx(np.mean((goal - there) ** 2 - goal**2) / 2, rel=1e-4)


def test_eigenvalues_of_two_vectors_and_of_more():
    toy, _ = draw_toy(jax.random.key(2), (3, 4))
    top = float(toy.lengths["a"] * toy.lengths["b"]) / 12
    eigenvalues = origin_eigenvalues(toy)
    assert eigenvalues.shape == (7,)
    assert eigenvalues[[0, -1]] == pytest.approx([-top, top], rel=1e-5)
    np.testing.assert_array_equal(eigenvalues[1:-1], 0)
    assert (origin_eigenvalues(draw_toy(jax.random.key(3), (2, 2, 2))[0]) == 0).all()


def test_eigenvalues_are_those_of_the_whole_hessian():
    # A mechanism whose Hessian at the origin has parts along and across: one vector alone beside a product.
    truth, start = draw_vectors(jax.random.key(2), {"a": 3, "b": 2})
    mechanism = And("a", "b") + 0.5 * And("a")
    toy, _ = reduce_vectors(mechanism, truth, start)

    def loss(flat):
        a, b = flat[:3], flat[3:]
        product = jnp.mean((jnp.outer(truth["a"], truth["b"]) - jnp.outer(a, b)) ** 2) / 2
        return product + 0.5 * jnp.mean((truth["a"] - a) ** 2) / 2

    whole = np.linalg.eigvalsh(np.asarray(jax.hessian(loss)(jnp.zeros(5))))
    np.testing.assert_allclose(origin_eigenvalues(toy), whole, atol=1e-6)


TOY, _ = draw_toy(jax.random.key(0), (2, 2))
BOTH, _ = draw_toy(jax.random.key(0), (2, 2, 2, 2), coopetition())
NOTHING = VectorToy(And("a", "b"), {"a": jnp.zeros(()), "b": jnp.ones(())}, (("a", 2), ("b", 2)))
MANY = draw_toy(jax.random.split(jax.random.key(0), 2), (3, 2))[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: origin_saddle(TOY, scales=np.array([0.5, 2.0])), "`scales` is"),
        (lambda: origin_saddle(BOTH), "`toy` is a Sum; one And is allowed"),
        (lambda: origin_saddle(NOTHING), "`toy` has a truth of zeros"),
        (lambda: origin_saddle(MANY), "`toy` has arrays of shapes"),
        (lambda: origin_eigenvalues(MANY), "`toy` has arrays of shapes"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
