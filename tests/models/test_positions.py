import jax.numpy as jnp
import numpy as np

from dynamicl.models._positions import rotate, sinusoids

from . import loops


def test_rotation_equals_a_loop():
    x = np.random.default_rng(0).normal(size=(2, 3, 6)).astype(np.float32)
    positions = np.array([0, 4, 17])
    expected = [
        [loops.rotate(row, t, 100.0) for row, t in zip(head, positions, strict=True)]
        for head in x.astype(float)
    ]
    np.testing.assert_allclose(
        rotate(jnp.asarray(x), positions, 100.0), np.array(expected), rtol=1e-5, atol=1e-6
    )


def test_scores_depend_on_the_distance_alone():
    q, k = np.random.default_rng(1).normal(size=(2, 1, 1, 8)).astype(np.float32)

    def score(t, s):
        turned = [rotate(jnp.asarray(x), np.array([at]), 1e4)[0, 0] for x, at in ((q, t), (k, s))]
        return float(jnp.dot(*turned))

    np.testing.assert_allclose([score(9, 4), score(105, 100)], score(5, 0), rtol=1e-4)
    assert abs(score(6, 0) - score(5, 0)) > 1e-3


def test_sinusoids_are_all_sines_then_all_cosines():
    expected = [[loops.sinusoid(t, i, 6, 50.0) for i in range(6)] for t in range(9)]
    np.testing.assert_allclose(sinusoids(9, 6, 50.0), expected, rtol=1e-6, atol=1e-7)


def test_sinusoids_of_odd_width_end_in_zeros():
    table = sinusoids(4, 5, 50.0)
    assert table.shape == (4, 5)
    assert not table[:, 4].any()
    assert sinusoids(4, 1, 50.0).tolist() == [[0.0]] * 4
