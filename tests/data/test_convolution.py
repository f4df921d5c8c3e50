import numpy as np
import pytest
from scipy.signal import correlate

from dynamicl.data import RandomConvolution, load_omniglot
from dynamicl.data._convolution import centred

FIRST, SECOND = (np.arange(1623), 0), (np.arange(1623), 1)


@pytest.fixture(scope="module")
def encoder():
    return RandomConvolution()


@pytest.fixture(scope="module")
def standardising():
    return RandomConvolution(standardise=True)


@pytest.fixture(scope="module")
def directions(standardising):
    """Unit feature vectors of the first and of the second drawing of every character."""
    omniglot = load_omniglot()
    out = [standardising.encode(omniglot.images(*where)) for where in (FIRST, SECOND)]
    return [values / np.linalg.norm(values, axis=1, keepdims=True) for values in out]


def plain_responses(encoder, image):
    """The same network for one image, channel by channel with scipy and loops over cells."""
    maps = [image]
    for filters in encoder._filters:
        k, _, c, d = filters.shape
        padded = [np.pad(channel, k // 2) for channel in maps]
        new = []
        for j in range(d):
            total = sum(correlate(padded[i], filters[:, :, i, j], mode="valid") for i in range(c))
            side = -(-len(total) // 2)
            cells = [
                [max(0, total[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].max()) for x in range(side)]
                for y in range(side)
            ]
            new.append(np.array(cells))
        maps = new
    return np.stack(maps, axis=-1).reshape(-1)


@pytest.mark.parametrize("encoder", [RandomConvolution(), RandomConvolution(standardise=True)])
def test_against_a_plain_network(encoder):
    image = load_omniglot().images([77], 3).astype(np.float64)
    expected = plain_responses(encoder, centred(image)[0])
    mean, scale = encoder._moments
    np.testing.assert_allclose(encoder.encode(image)[0], (expected - mean) / scale, atol=1e-4)


def test_calibration_drawings_have_mean_square_one_and_a_common_direction(encoder):
    """The figures in the docstring: positive features, whose mean cosine of two characters is .88."""
    out = encoder.encode(load_omniglot().images(*FIRST)).astype(np.float64)
    assert out.min() == 0
    np.testing.assert_allclose((out**2).mean(), 1, atol=1e-5)
    unit = out / np.linalg.norm(out, axis=1, keepdims=True)
    n = len(unit)
    # The sum over all pairs is the square of the sum; n of its terms are a character with itself.
    np.testing.assert_allclose((np.sum(unit.sum(0) ** 2) - n) / (n * (n - 1)), 0.88, atol=0.01)


def test_standardised_calibration_drawings_have_mean_zero_and_at_most_unit_deviation(standardising):
    out = standardising.encode(load_omniglot().images(*FIRST))
    assert out.shape == (1623, 512) and out.dtype == np.float32
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-4)
    deviations = out.std(0)
    assert deviations.max() < 1 + 1e-4
    # The floor touches few features, and those are the quiet ones.
    assert (deviations > 0.999).mean() > 0.7
    assert abs(out).max() < 20


def test_features_do_not_depend_on_what_else_is_encoded(encoder):
    images = load_omniglot().images(np.arange(40), 2)
    together = encoder.encode(images)
    for rows in ([39], [5, 17], list(range(39, -1, -1))):
        np.testing.assert_array_equal(encoder.encode(images[rows]), together[rows])


def test_same_seed_same_features_other_seed_others(encoder):
    images = load_omniglot().images([0, 1], 0)
    np.testing.assert_array_equal(RandomConvolution().encode(images), encoder.encode(images))
    assert not np.allclose(RandomConvolution(seed=1).encode(images), encoder.encode(images), atol=0.1)


def test_classes_are_distinguishable_and_share_no_direction(directions):
    """What the matching of exemplars needs; the figures in the docstring, with room for rounding."""
    a, b = directions
    cosines = a @ b.T
    across = cosines[~np.eye(len(a), dtype=bool)]
    assert np.diag(cosines).mean() > 0.38
    assert abs(across.mean()) < 0.02 and np.quantile(across, 0.999) < 0.8
    assert np.linalg.norm(a.mean(0)) < 0.1
    assert (np.diag(cosines)[:, None] > cosines).mean() > 0.92


def test_centring_moves_ink_to_the_middle_and_loses_none():
    images = np.zeros((4, 9, 9), np.float32)
    images[0, 0:3, 6:9] = 1  # a corner: moves freely
    images[1, 0, :] = 1  # as wide as the frame: moves down only
    images[2, 0:2, 0] = images[2, 0, 1] = images[2, 8, 8] = 1  # reaches both rims: stays
    out = centred(images)
    assert (out[0].nonzero()[0].mean(), out[0].nonzero()[1].mean()) == (4, 4)
    assert out[1, 4].all() and out[1].sum() == 9
    np.testing.assert_array_equal(out[2:], images[2:])


def test_centring_makes_features_independent_of_the_place(encoder):
    image = np.zeros((2, 28, 28))
    image[0, 3:9, 4:12] = image[1, 15:21, 17:25] = np.random.default_rng(0).random((6, 8))
    a, b = encoder.encode(image)
    np.testing.assert_array_equal(a, b)
    a, b = RandomConvolution(centre=False).encode(image)
    assert not np.allclose(a, b, atol=0.1)


def test_blank_and_large_images(encoder):
    assert np.isfinite(encoder.encode(np.zeros((1, 28, 28)))).all()
    assert encoder.encode(load_omniglot().images([0], 0).repeat(3, 1).repeat(3, 2)).shape == (1, 512)


def test_spec():
    encoder = RandomConvolution(features=64, seed=3, centre=False)
    expected = {"name": "random_convolution", "version": 2, "features": 64, "seed": 3, "centre": False}
    expected["standardise"] = False
    assert encoder.spec == expected
    assert encoder.dimension == 64 and encoder.encode(np.ones((2, 28, 28))).shape == (2, 64)


@pytest.mark.parametrize("features", [0, -16, 500])
def test_features_not_a_multiple_of_the_cells(features):
    with pytest.raises(ValueError, match=f"`features` is {features}: give a positive multiple of 16"):
        RandomConvolution(features=features)


def test_negative_seed():
    with pytest.raises(ValueError, match="`seed` is -1: give an integer of at least 0"):
        RandomConvolution(seed=-1)


def test_no_images(encoder):
    assert encoder.encode(np.zeros((0, 28, 28))).shape == (0, 512)
