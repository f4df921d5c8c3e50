import jax
import numpy as np
import pytest

from dynamicl.studies._toys import first_below, loss_of_nothing, plateau_index
from dynamicl.toys import draw_toy

TIME = np.arange(0.0, 200.0, 0.01)
EXPONENTIAL = np.log(0.9) / np.log(0.1)


def test_times_below_a_level_are_between_records_or_never():
    curves = [[4.0, 2.0, 0.0], [4.0, 4.0, 4.0], [1.0, 0.0, 0.0]]
    np.testing.assert_allclose(first_below([0, 1, 2], curves, 1.0), [1.5, np.inf, 0.0])
    np.testing.assert_allclose(first_below([0, 1, 2], curves, [3.0, 4.0, 0.5]), [0.5, 0.0, 0.5])


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (np.exp(-TIME / 20), EXPONENTIAL),
        (np.where(TIME < 100, 1.0, 0.0), 1.0),
        # The phase begins when the curve comes down to the level.
        (np.where(TIME < 10, 2.0, np.exp(-(TIME - 10) / 20)), EXPONENTIAL),
    ],
)
def test_plateau_indices_of_known_curves(curve, expected):
    assert plateau_index(TIME, curve, 1.0) == pytest.approx(expected, abs=2e-3)


def test_a_curve_that_does_not_fall_has_no_index():
    assert np.isnan(plateau_index(TIME, np.ones_like(TIME), 1.0))


def test_nothing_is_the_mean_square_of_the_truth():
    toy, _ = draw_toy(jax.random.split(jax.random.key(0), 2), (3, 4))
    lengths = [np.asarray(length) for length in toy.lengths.values()]
    np.testing.assert_allclose(loss_of_nothing(toy), (lengths[0] * lengths[1]) ** 2 / 12 / 2, rtol=1e-5)
