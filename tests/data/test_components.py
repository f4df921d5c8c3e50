import numpy as np
import pytest

from dynamicl.data import PrincipalComponents, RawPixels, features, load_omniglot
from dynamicl.data._calibration import calibration_images


def test_calibration_drawings_become_white():
    out = PrincipalComponents().encode(calibration_images()).astype(float)
    assert out.shape == (1623, 64)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(out.T @ out / len(out), np.eye(64), atol=1e-4)


def test_the_components_are_those_of_a_plain_singular_value_decomposition():
    pixels = calibration_images().reshape(1623, -1).astype(float)
    centred = pixels - pixels.mean(0)
    left, _, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(5), np.abs(right[:5]).argmax(1)])
    out = PrincipalComponents(components=5).encode(calibration_images())
    np.testing.assert_allclose(out, left[:, :5] * signs * np.sqrt(1623), atol=1e-4)


def test_other_and_turned_drawings_vary_about_as_much():
    images = load_omniglot().images(np.arange(400), 7)
    for shown in (images, np.rot90(images, axes=(1, 2))):
        out = PrincipalComponents().encode(shown)
        assert 0.7 < np.square(out).mean() < 1.4


def test_noise_on_pixels_has_the_size_that_it_is_said_to_have():
    encoder, pixels = PrincipalComponents(components=6), RawPixels()
    noise = pixels.deviation * np.random.default_rng(0).standard_normal((4000, 28, 28))
    clean = np.zeros((1, 28, 28))
    moved = encoder.encode(clean + noise) - encoder.encode(clean)
    np.testing.assert_allclose(moved.std(0), encoder.noise_of_pixels(), rtol=0.05)
    # The first components vary most, so that noise on pixels is least there.
    assert encoder.noise_of_pixels()[0] < encoder.noise_of_pixels()[-1]
    whole = pixels.encode(clean + noise[:50]) - pixels.encode(clean)
    np.testing.assert_allclose(whole.std(), pixels.noise_of_pixels()[0], rtol=0.02)


def test_a_subset_agrees_with_the_whole():
    encoder = PrincipalComponents()
    whole = features(encoder, classes=9, exemplars=4, cache=False).values
    part = features(encoder, classes=[5], exemplars=[2], cache=False).values
    np.testing.assert_allclose(part[0, 0], whole[5, 2], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("components", [0, 513])
def test_no_or_too_many_components(components):
    with pytest.raises(ValueError, match=f"`components` is {components}: give 1 to 512"):
        PrincipalComponents(components=components)
