import numpy as np
import pytest

from dynamicl.data import resize


def test_whole_ratio_is_a_block_mean():
    images = np.random.default_rng(0).random((3, 12, 12))
    expected = images.reshape(3, 4, 3, 4, 3).mean((2, 4))
    np.testing.assert_allclose(resize(images, 4), expected, rtol=1e-6)


@pytest.mark.parametrize(("old", "new"), [(105, 28), (7, 5), (5, 7)])
def test_any_ratio_is_the_mean_over_the_covered_area(old, new):
    """Against a fine grid: repeat every pixel `new` times, then take means of `old` x `old`."""
    images = np.random.default_rng(1).random((2, old, old))
    fine = images.repeat(new, axis=1).repeat(new, axis=2)
    expected = fine.reshape(2, new, old, new, old).mean((2, 4))
    np.testing.assert_allclose(resize(images, new), expected, rtol=1e-5)


def test_same_size_is_left_alone():
    images = np.ones((1, 4, 4), np.float32)
    assert resize(images, 4) is images
    assert resize(images > 0, 4).dtype == np.float32


def test_size_zero():
    with pytest.raises(ValueError, match="`size` is 0: give at least 1 pixel"):
        resize(np.ones((1, 4, 4)), 0)
