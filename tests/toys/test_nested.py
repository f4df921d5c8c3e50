import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.toys import Logits, NestedLogits, descend, gradient_flow, origin_curvature


def plain_loss(labels, pairs, xi, alpha, beta1, rivals):
    """Equation 10 as it is written, in float64."""
    y = alpha * np.exp(beta1) / (np.exp(beta1) + rivals)
    z = (np.exp(y) - 1) / (np.exp(y) + 2 * pairs) * xi
    absent = np.exp(y) / (np.exp(y) + 2 * pairs) * xi
    return np.log(1 + (pairs - 1) * np.exp(-z) + (labels - pairs) * np.exp(-absent))


POINTS = np.random.default_rng(0).normal(scale=2.0, size=(6, 3))


@pytest.mark.parametrize(("labels", "pairs"), [(32, 8), (8, 8), (5, 2)])
def test_loss_against_the_formula(labels, pairs):
    state = Logits(*(jnp.asarray(column, jnp.float32) for column in POINTS.T))
    middle = [plain_loss(labels, pairs, *point, pairs) for point in POINTS]
    np.testing.assert_allclose(NestedLogits(labels, pairs).loss(state), middle, rtol=1e-5)
    average = [
        np.mean([plain_loss(labels, pairs, *point, 2 * tau - 1) for tau in range(1, pairs + 1)])
        for point in POINTS
    ]
    np.testing.assert_allclose(NestedLogits(labels, pairs, expected=True).loss(state), average, rtol=1e-5)


def test_nothing_overflows_far_away():
    far = Logits(jnp.array([300.0, -300.0]), jnp.array([500.0, -500.0]), jnp.array([200.0, 200.0]))
    assert np.isfinite(NestedLogits(32, 8).loss(far)).all()
    slope = jax.grad(lambda state: jnp.sum(NestedLogits(8, 8).loss(state)))(far)
    assert all(np.isfinite(part).all() for part in slope)


@pytest.mark.parametrize("expected", [False, True])
def test_slope_against_finite_differences(expected):
    landscape = NestedLogits(32, 8, expected)
    rivals = [2 * tau - 1 for tau in range(1, 9)] if expected else [8]
    for point in POINTS[:3]:
        slope = jax.grad(landscape.loss)(Logits(*(jnp.float32(p) for p in point)))
        for i, part in enumerate(slope):
            nudge = np.eye(3)[i] * 1e-5
            up, down = (
                np.mean([plain_loss(32, 8, *(point + s * nudge), r) for r in rivals]) for s in (1, -1)
            )
            assert float(part) == pytest.approx((up - down) / 2e-5, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(("labels", "pairs"), [(32, 8), (16, 4), (8, 8)])
def test_slope_at_the_origin(labels, pairs):
    slope = origin_curvature(NestedLogits(labels, pairs)).slope
    assert slope[0] == pytest.approx(-(labels - pairs) / (labels * (2 * pairs + 1)), abs=1e-7)
    np.testing.assert_array_equal(slope[1:], 0.0)


@pytest.mark.parametrize("pairs", [2, 8])
def test_as_many_labels_as_pairs_put_a_saddle_at_the_origin(pairs):
    origin = origin_curvature(NestedLogits(pairs, pairs))
    entry = -(pairs - 1) / (pairs * (pairs + 1) * (2 * pairs + 1))
    expected = np.zeros((3, 3))
    expected[0, 1] = expected[1, 0] = entry
    np.testing.assert_allclose(origin.hessian, expected, atol=1e-7)
    np.testing.assert_allclose(origin.eigenvalues, [entry, 0, -entry], atol=1e-7)
    np.testing.assert_array_equal(origin.flat, [False, True, False])
    assert abs(origin.directions[2, 1]) == pytest.approx(1)


def test_logits_are_learnt_in_turn_and_views_say_what_they_do():
    landscape = NestedLogits(32, 8)
    run = descend(landscape, landscape.origin, steps=400)
    assert float(run.loss[300]) == pytest.approx(0.005, abs=5e-4)
    first = landscape.views(landscape.origin)
    assert float(first.previous) == pytest.approx(1 / 9) and float(first.correct) == pytest.approx(1 / 17)
    assert float(first.probability) == pytest.approx(1 / 32)
    last = landscape.views(run.end)
    assert min(float(part) for part in last) > 0.9
    assert float(last.probability) == pytest.approx(float(np.exp(-run.loss[-1])), rel=1e-5)


def test_elimination_also_reaches_zero_only_later():
    # Reddy calls the second end a sub-optimal minimum; it attends away from the right label and reads labels with the
    # opposite sign, which leaves the right one for L = N.
    landscape = NestedLogits(8, 8)
    near = jnp.array([0.1, -0.1])
    run = descend(landscape, Logits(near, near, jnp.zeros(2)), steps=60000, every=100, stop_below=0.01)
    assert bool(run.stopped.all())
    assert int(run.updates[1]) > 10 * int(run.updates[0])
    end = run.end
    assert float(end.alpha[1]) < 0 and float(end.xi[1]) < 0
    assert float(landscape.views(end).correct[1]) < 1 / 17


def test_runs_may_differ_in_labels_and_hold_logits():
    labels = jnp.array([16.0, 32.0])
    run = descend(NestedLogits(labels, 8), NestedLogits(labels, 8).origin, steps=20, clamps=("alpha",))
    for i, count in enumerate((16, 32)):
        alone = descend(NestedLogits(count, 8), NestedLogits(count, 8).origin, steps=20, clamps=("alpha",))
        np.testing.assert_allclose(run.loss[i], alone.loss, rtol=1e-6)
    np.testing.assert_array_equal(run.state.alpha, 0.0)


def test_flow_is_the_limit_of_small_rates():
    landscape = NestedLogits(32, 8)
    flow = gradient_flow(landscape, landscape.origin, jnp.array([50.0, 100.0, 200.0]))
    slow = descend(landscape, landscape.origin, steps=20000, learning_rate=0.01, every=5000)
    np.testing.assert_allclose(flow.loss, slow.loss[jnp.array([1, 2, 4])], rtol=1e-2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: NestedLogits(32, 1), "`pairs` is 1"),
        (lambda: NestedLogits(4, 8), "`labels` is 4 with 8 pairs"),
        (lambda: NestedLogits(np.inf, 8), "`labels` is inf"),
        (lambda: NestedLogits(np.nan, 8), "`labels` is nan"),
        (lambda: origin_curvature(NestedLogits(np.array([8.0, 9.0]), 8)), "`landscape` has arrays of shapes"),
        (
            lambda: descend(NestedLogits(8, 8), NestedLogits(8, 8).origin, clamps=("a",)),
            r"`clamps` names \['a'\]",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
