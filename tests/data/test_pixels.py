import numpy as np
import pytest

from dynamicl.data import RawPixels, load_omniglot, resize


@pytest.mark.parametrize("size", [28, 14])
def test_calibration_drawings_become_centred_with_unit_mean_square(size):
    omniglot = load_omniglot()
    out = RawPixels(size=size).encode(omniglot.images(np.arange(1623), 0))
    assert out.shape == (1623, size**2) and out.dtype == np.float32
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    assert np.square(out).mean() == pytest.approx(1, abs=1e-5)


def test_differences_are_those_of_the_ink():
    """Only a shift and one common scale: nothing else may happen to raw pixels."""
    images = load_omniglot().images([3, 900], 4)
    encoder = RawPixels()
    a, b = encoder.encode(images)
    change = (images[0].astype(float) - images[1]).reshape(-1)
    scale = (a - b)[change == 1].mean()
    np.testing.assert_allclose(a - b, scale * change, atol=1e-5)


def test_larger_images_are_reduced():
    images = np.random.default_rng(0).random((2, 56, 56)).astype(np.float32)
    np.testing.assert_array_equal(RawPixels().encode(images), RawPixels().encode(resize(images, 28)))


def test_spec():
    assert RawPixels(size=14).spec == {"name": "raw_pixels", "version": 1, "size": 14}
    assert RawPixels(size=14).dimension == 196


def test_one_pixel():
    with pytest.raises(ValueError, match="`size` is 1: give at least 2 pixels"):
        RawPixels(size=1)


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 27), (1, 0, 0), (1, 1, 28, 28)])
def test_images_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"`images` has shape .*: give square images, shape \(n, h, h\)"):
        RawPixels().encode(np.zeros(shape))


def test_images_that_are_not_finite():
    with pytest.raises(ValueError, match="`images` holds values that are not finite"):
        RawPixels().encode(np.full((1, 28, 28), np.nan))


def test_no_images():
    assert RawPixels().encode(np.zeros((0, 28, 28))).shape == (0, 784)
