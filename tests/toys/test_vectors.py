import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.statistics import crossing, find_transition, fit_exponential
from dynamicl.toys import VectorToy, descend, descend_population, draw_toy, gradient_flow, origin_saddle

STEPS = np.arange(1001)
KEYS = jax.random.split(jax.random.key(0), 16)


def test_loss_is_half_the_mean_over_entries():
    toy, start = draw_toy(jax.random.key(0), (3, 4, 2))
    true = np.einsum("i,j,k->ijk", *map(np.asarray, toy.truth))
    guess = np.einsum("i,j,k->ijk", *map(np.asarray, start))
    assert float(toy.loss(start)) == pytest.approx(0.5 * np.mean((true - guess) ** 2), rel=1e-5)
    assert float(toy.loss(toy.truth)) == 0.0


def test_gradient_against_its_formula_for_four_vectors():
    toy, start = draw_toy(jax.random.key(1), (3, 2, 4, 2))
    slope = jax.grad(toy.loss)(start)
    v, t = [list(map(np.asarray, part)) for part in (start, toy.truth)]
    size = np.prod([part.size for part in v])
    for i in range(4):
        others = [j for j in range(4) if j != i]
        squares = np.prod([v[j] @ v[j] for j in others])
        overlap = np.prod([v[j] @ t[j] for j in others])
        np.testing.assert_allclose(slope[i], (v[i] * squares - t[i] * overlap) / size, rtol=2e-4, atol=1e-6)


def test_measures_against_plain_loops():
    toy, start = draw_toy(jax.random.key(2), (4, 3, 2))
    for i, (vector, true) in enumerate(zip(start, toy.truth, strict=True)):
        cosine = float(vector @ true / jnp.linalg.norm(vector) / jnp.linalg.norm(true))
        assert float(toy.misalignment(start)[i]) == pytest.approx(1 - cosine**2, abs=1e-5)
        losses = []
        for sign in (1.0, -1.0):
            vectors = list(toy.truth)
            vectors[i] = sign * vector  # flipping another vector's sign is the same
            losses.append(float(toy.loss(tuple(vectors))))
        assert float(toy.perfected_loss(start)[i]) == pytest.approx(min(losses), rel=1e-5)
    flipped = (-toy.truth[0], -toy.truth[1], toy.truth[2])
    np.testing.assert_allclose(toy.perfected_loss(flipped), 0, atol=1e-10)


def test_one_step_is_gradient_descent_and_held_vectors_stay():
    toy, start = draw_toy(jax.random.key(3), (5, 4, 3))
    run = descend(toy, start, clamps=("b",), steps=1, learning_rate=0.5)
    held = (start[0], toy.truth[1], start[2])
    slope = jax.grad(toy.loss)(held)
    np.testing.assert_allclose(run.vectors[0], held[0] - 0.5 * slope[0], rtol=1e-5)
    np.testing.assert_array_equal(run.vectors[1], toy.truth[1])
    np.testing.assert_allclose(run.vectors[2], held[2] - 0.5 * slope[2], rtol=1e-5)
    assert run.loss.shape == (2,)
    assert float(run.loss[0]) == pytest.approx(float(toy.loss(held)))


def test_two_of_three_held_decay_at_the_rate_of_the_quadratic():
    toy, start = draw_toy(jax.random.key(4))
    loss = np.asarray(descend(toy, start, clamps=("b", "c")).loss)
    rate = float((toy.truth[1] @ toy.truth[1]) * (toy.truth[2] @ toy.truth[2])) / 8000
    # Above the floor of float32: loss_t = loss_0 (1 - rate)^(2 t).
    above = loss > 1e-7
    expected = loss[0] * (1 - rate) ** (2 * STEPS[above])
    np.testing.assert_allclose(loss[above], expected, rtol=3e-3)
    line = fit_exponential(STEPS[above], loss[above])
    assert line.rate == pytest.approx(-2 * np.log1p(-rate), rel=1e-3)
    assert line.r_squared > 0.99999
    assert line.bend < 1e-3


@pytest.fixture(scope="module")
def curves():
    return {
        clamps: np.asarray(descend_population(KEYS, clamps=clamps).loss)
        for clamps in ((), ("c",), ("b", "c"))
    }


def test_plateau_then_drop_faster_with_one_held_exponential_with_two(curves):
    found = {
        clamps: [find_transition(STEPS, loss, direction="falling", resamples=2) for loss in losses]
        for clamps, losses in curves.items()
    }
    shares = {clamps: np.mean([one.found for one in ones]) for clamps, ones in found.items()}
    assert shares[()] > 0.5
    assert shares[("c",)] > 0
    assert shares[("b", "c")] == 0
    learnt = {
        clamps: np.array([crossing(STEPS, loss, 0.05 * float(loss[0])).time for loss in losses])
        for clamps, losses in curves.items()
    }
    # Of the same start and truth; a run that never gets there counts with the last step.
    assert np.median(learnt[("c",)]) < 0.5 * np.median(learnt[()])
    assert np.median(learnt[("b", "c")]) < 0.5 * np.median(learnt[("c",)])
    assert np.mean(learnt[("c",)] < learnt[()]) > 0.8


def test_progress_measures_show_the_drop_that_clamping_takes_away(curves):
    run = descend_population(KEYS, clamps=())
    learnt = [i for i, loss in enumerate(curves[()]) if find_transition(STEPS, loss, resamples=2).found]
    shown = [
        find_transition(STEPS, np.asarray(run.misalignment[i, :, 0]), direction="falling", resamples=2).found
        for i in learnt
    ]
    assert np.mean(shown) > 0.5


def test_population_equals_its_runs():
    run = descend_population(KEYS[:3], clamps=("c",), steps=50)
    for i in range(3):
        alone = descend(*draw_toy(KEYS[i]), clamps=("c",), steps=50)
        np.testing.assert_allclose(run.loss[i], alone.loss, rtol=1e-4)


def test_flow_is_the_limit_of_small_rates():
    toy, start = draw_toy(jax.random.key(4))
    flow = gradient_flow(toy, start, jnp.array([0.0, 5.0, 20.0]), clamps=("c",))
    slow = descend(toy, start, clamps=("c",), steps=2000, learning_rate=0.01)
    np.testing.assert_allclose(flow.loss, slow.loss[jnp.array([0, 500, 2000])], rtol=3e-3)
    one = gradient_flow(toy, start, jnp.array([10.0]), clamps=("b", "c"))
    rate = float((toy.truth[1] @ toy.truth[1]) * (toy.truth[2] @ toy.truth[2])) / 8000
    first = float(toy.loss(toy.clamp(start, toy.mask(("b", "c")))))
    assert float(one.loss[0]) == pytest.approx(first * np.exp(-20 * rate), rel=1e-3)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_origin_is_a_saddle_of_the_order_of_the_number_of_vectors(count):
    toy, _ = draw_toy(jax.random.key(count), (4,) * count)
    found = origin_saddle(toy)
    assert found.gradient == 0
    assert found.is_saddle
    assert found.order == pytest.approx(count, abs=1e-3)
    peak = np.prod([np.abs(vector).max() for vector in toy.truth]) ** 2
    size = 4**count
    eps = found.scales
    np.testing.assert_allclose(
        found.descent, (eps ** (2 * count) - 2 * eps**count) * peak / (2 * size), rtol=1e-4
    )
    np.testing.assert_allclose(
        found.ascent, (eps ** (2 * count) + 2 * eps**count) * peak / (2 * size), rtol=1e-4
    )
    if count == 2:
        # Blocks -a* b*^T / n: one eigenvalue of each sign, the rest 0.
        top = float(jnp.linalg.norm(toy.truth[0]) * jnp.linalg.norm(toy.truth[1])) / size
        assert found.eigenvalues[[0, -1]] == pytest.approx([-top, top], rel=1e-4)
        assert np.abs(found.eigenvalues[1:-1]).max() < 1e-6
    else:
        assert (found.eigenvalues == 0).all()


TOY, START = draw_toy(jax.random.key(0), (2, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_toy(jax.random.key(0), (2, 0)), r"`dims` is \(2, 0\)"),
        (lambda: draw_toy(jax.random.key(0), ()), r"`dims` is \(\)"),
        (lambda: VectorToy(TOY.truth, ("a", "a")), "`names` is"),
        (lambda: descend(TOY, START, clamps=("z",)), r"`clamps` names \['z'\]; allowed are \['a', 'b'\]"),
        (lambda: descend(TOY, START, steps=0), "`steps` is 0"),
        (lambda: descend(TOY, START, learning_rate=0.0), "`learning_rate` is 0.0"),
        (lambda: descend_population(KEYS, clamps=("z",)), "`clamps` names"),
        (lambda: gradient_flow(TOY, START, jnp.array([1.0, 1.0])), "`times` must be"),
        (lambda: origin_saddle(TOY, scales=np.array([0.5, 2.0])), "`scales` is"),
        (
            lambda: origin_saddle(VectorToy((jnp.zeros(2), jnp.ones(2)), ("a", "b"))),
            "`toy` has a truth of zeros",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
