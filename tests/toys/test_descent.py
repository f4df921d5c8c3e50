import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.statistics import fit_exponential
from dynamicl.toys import (
    COOPETITION_SIZES,
    MECHANISM_1,
    MECHANISM_2,
    And,
    coopetition,
    descend,
    descend_population,
    draw_toy,
    draw_vectors,
    expand_vectors,
    gradient_flow,
    reduce_vectors,
)
from toys.tensors import as_numpy, coopetition_loss, coopetition_slope, product_slope

KEYS = jax.random.split(jax.random.key(0), 3)
SMALL = {"a": 4, "b": 3, "c": 2, "d": 6}


def test_descent_is_that_of_whole_tensors_step_by_step():
    truth, start = draw_vectors(jax.random.key(3), SMALL)
    toy, state = reduce_vectors(coopetition(0.2, 0.4), truth, start)
    run = descend(toy, state, steps=200, learning_rate=0.05)
    vectors, goal = as_numpy(start), as_numpy(truth)
    losses = [coopetition_loss(goal, vectors, 0.2, 0.4)]
    for _ in range(200):
        slopes = {name: coopetition_slope(goal, vectors, name, 0.2, 0.4) for name in vectors}
        vectors = {name: vectors[name] - 0.05 * slopes[name] for name in vectors}
        losses.append(coopetition_loss(goal, vectors, 0.2, 0.4))
    assert losses[-1] < 0.5 * losses[0]
    np.testing.assert_allclose(run.loss, losses, rtol=2e-4, atol=1e-7)
    whole = expand_vectors(run.end, truth, start)
    for name, vector in vectors.items():
        np.testing.assert_allclose(whole[name], vector, atol=1e-4)
    assert int(run.updates) == 200


def test_the_slope_is_that_of_finite_differences():
    truth, start = draw_vectors(jax.random.key(5), SMALL)
    goal, vectors = as_numpy(truth), as_numpy(start)
    for name in SMALL:
        slope = coopetition_slope(goal, vectors, name, 0.1, 0.2)
        for i in range(SMALL[name]):
            nudge = np.eye(SMALL[name])[i] * 1e-5
            up, down = (
                coopetition_loss(goal, {**vectors, name: vectors[name] + s * nudge}, 0.1, 0.2)
                for s in (1, -1)
            )
            assert slope[i] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-8)
    toy, state = reduce_vectors(coopetition(0.1, 0.2), truth, start)
    planar = jax.grad(toy.loss)(state)
    for name in SMALL:
        slope, true = coopetition_slope(goal, vectors, name, 0.1, 0.2), goal[name]
        assert float(planar[name].along) == pytest.approx(
            slope @ true / np.linalg.norm(true), rel=1e-3, abs=1e-6
        )


def test_held_vectors_stay_at_their_truth():
    truth, start = draw_vectors(jax.random.key(3), {"a": 5, "b": 4, "c": 3})
    toy, state = reduce_vectors(And("a", "b", "c"), truth, start)
    run = descend(toy, state, clamps=("b",), steps=1, learning_rate=0.5)
    held = {**as_numpy(start), "b": np.asarray(truth["b"])}
    whole = expand_vectors(run.end, truth, start)
    for name in "ac":
        step = held[name] - 0.5 * product_slope(as_numpy(truth), held, "abc", name)
        np.testing.assert_allclose(whole[name], step, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(whole["b"], truth["b"], rtol=1e-6)


def test_two_of_three_held_decay_at_the_rate_of_the_quadratic():
    toy, start = draw_toy(jax.random.key(4))
    loss = np.asarray(descend(toy, start, clamps=("b", "c")).loss)
    rate = float(toy.lengths["b"] ** 2 * toy.lengths["c"] ** 2) / 8000
    above = loss > 1e-8  # below, what float32 rounds depends on how the compiler orders products
    steps = np.arange(1001)[above]
    np.testing.assert_allclose(loss[above], loss[0] * (1 - rate) ** (2 * steps), rtol=3e-3)
    line = fit_exponential(steps, loss[above])
    assert line.rate == pytest.approx(-2 * np.log1p(-rate), rel=1e-3)
    assert line.r_squared > 0.99999


def test_a_population_equals_its_runs_and_clamps_change_no_draw():
    run = descend_population(KEYS, clamps=("c",), steps=50, every=10)
    assert run.loss.shape == (3, 6) and run.misalignment.shape == (3, 6, 3)
    for i in range(3):
        alone = descend(*draw_toy(KEYS[i]), clamps=("c",), steps=50, every=10)
        np.testing.assert_allclose(run.loss[i], alone.loss, rtol=1e-4)
        np.testing.assert_allclose(run.state["a"].along[i], alone.state["a"].along, rtol=1e-4)
    free = descend_population(KEYS, steps=10, every=10)
    np.testing.assert_array_equal(free.state["a"].along[:, 0], run.state["a"].along[:, 0])
    np.testing.assert_array_equal(run.misalignment[:, :, 2], 0.0)


def test_every_run_stops_on_its_own_and_keeps_its_last_state():
    toy, start = draw_toy(KEYS, (6, 6))
    whole = descend(toy, start, steps=400)
    short = descend(toy, start, steps=400, every=8, stop_below=0.01)
    below = np.asarray(whole.loss) < 0.01
    assert below.any(axis=1).all()
    np.testing.assert_array_equal(short.updates, below.argmax(axis=1))
    assert bool(short.stopped.all()) and not bool(short.diverged.any())
    last = np.asarray(whole.loss)[np.arange(3), below.argmax(axis=1)]
    np.testing.assert_allclose(short.loss[:, -1], last, rtol=1e-6)
    np.testing.assert_array_equal(short.time, np.arange(0, 401, 8))


def test_a_rate_that_diverges_is_reported_for_its_run_alone():
    toy, start = draw_toy(jax.random.key(1), (4, 4))
    run = descend(toy, start, steps=100, learning_rate=jnp.array([1.0, 50.0, 1e20]))
    np.testing.assert_array_equal(run.diverged, [False, True, True])
    assert int(run.updates[0]) == 100 and int(run.updates[1]) < 20
    assert np.isfinite(run.loss).all() and np.isfinite(run.state["a"].along).all()
    alone = descend(toy, start, steps=100)
    np.testing.assert_allclose(run.loss[0], alone.loss, rtol=1e-5)


@pytest.mark.whole
def test_flow_is_the_limit_of_small_rates():
    toy, start = draw_toy(jax.random.key(4))
    flow = gradient_flow(toy, start, jnp.array([0.0, 5.0, 20.0]), clamps=("c",))
    slow = descend(toy, start, clamps=("c",), steps=2000, learning_rate=0.01, every=500)
    np.testing.assert_allclose(flow.loss, slow.loss[jnp.array([0, 1, 4])], rtol=3e-3)
    held = gradient_flow(toy, start, jnp.array([10.0]), clamps=("b", "c"))
    rate = float(toy.lengths["b"] ** 2 * toy.lengths["c"] ** 2) / 8000
    first = float(toy.loss(toy.hold(start, ("b", "c"))[0]))
    assert float(held.loss[0]) == pytest.approx(first * np.exp(-20 * rate), rel=1e-3)


def test_flow_conserves_differences_of_squared_lengths():
    toy, start = draw_toy(KEYS, (5, 5, 5))
    run = gradient_flow(toy, start, jnp.linspace(0.0, 200.0, 9))
    squares = {name: np.asarray(p.along**2 + p.across**2) for name, p in run.state.items()}
    assert not bool(run.diverged.any())
    assert (np.abs(squares["a"][:, -1] - squares["a"][:, 0]) > 0.1).all()
    for other in "bc":
        difference = squares["a"] - squares[other]
        np.testing.assert_allclose(difference, np.repeat(difference[:, :1], 9, axis=1), atol=2e-4)


@pytest.mark.whole
def test_the_coopetition_toy_has_the_statistics_of_the_published_seeds():
    # Of the published 12 seeds 10 stop, after 4,244 to 14,482 steps, median about 7,400; mu1 = 0 keeps mechanism 1.
    keys = jax.random.split(jax.random.key(0), 400)
    toy, start = draw_toy(keys, COOPETITION_SIZES, coopetition())
    run = descend(toy, start, steps=16000, every=80, stop_below=1e-6)
    stopped, updates = np.asarray(run.stopped), np.asarray(run.updates)
    assert 0.7 < stopped.mean() < 0.9
    assert 6000 < np.median(updates[stopped]) < 8500
    terms = run.system.over_time().terms(run.state)
    first = np.asarray(terms[MECHANISM_1])[stopped]
    assert (first.min(axis=1) < 0.02).mean() > 0.9
    assert (first[:, -1] > 10 * first.min(axis=1)).mean() > 0.9
    assert np.asarray(terms[MECHANISM_2])[stopped, -1].max() < 1e-4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_toy(KEYS[0], (2, 0)), r"`dims` is \(2, 0\)"),
        (lambda: draw_toy(KEYS[0], ()), r"`dims` is \(\)"),
        (lambda: draw_toy(KEYS[0], (2, 2), And("a")), "`dims` are 2; one for each of"),
        (lambda: descend(*TOY, clamps=("z",)), r"`clamps` names \['z'\]; allowed are \['a', 'b'\]"),
        (lambda: descend(*TOY, steps=0), "`steps` is 0"),
        (lambda: descend(*TOY, steps=10, every=3), "`steps` is 10 with `every` 3"),
        (lambda: descend(*TOY, learning_rate=0.0), "`learning_rate` is 0.0"),
        (lambda: descend_population(KEYS, clamps=("z",)), "`clamps` names"),
        (lambda: gradient_flow(*TOY, jnp.array([1.0, 1.0])), "`times` must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


TOY = draw_toy(jax.random.key(0), (2, 2))


def test_a_loss_below_zero_is_trained_too():
    toy, state = draw_toy(jax.random.key(0), (4, 4), And("a", "b"))
    low, _ = draw_toy(jax.random.key(0), (4, 4), And("a", "b") + (-5.0))
    run, lower = (descend(system, state, steps=5) for system in (toy, low))
    np.testing.assert_allclose(lower.loss, run.loss - 5, atol=1e-5)
    assert int(lower.updates) == 5
    flow = gradient_flow(low, state, jnp.array([0.0, 5.0]))
    assert float(flow.loss[1]) < float(flow.loss[0])


def test_two_mechanisms_are_no_product():
    with pytest.raises(TypeError, match="is `Or"):
        And("a", "b") * And("c", "d")


def test_a_rate_that_only_oscillates_is_seen_in_each_run():
    """Neither diverged nor learning: the loss goes up and down for ever."""
    toy, start = draw_toy(jax.random.split(jax.random.key(0), 6), (20, 20, 20))
    slow, fast = (descend(toy, start, steps=2000, every=100, learning_rate=rate) for rate in (1.0, 20.0))
    assert (slow.overshot == 0).all()
    stuck = ~fast.diverged & (fast.loss[:, -1] > 0.1)
    assert stuck.any() and (fast.overshot[stuck] > 0).all() and fast.overshot[stuck].max() > 500
