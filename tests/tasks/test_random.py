"""Numbers drawn in bulk are those of JAX."""

import jax
import numpy as np
import pytest

from dynamicl.tasks._random import normal_rows, random_bits


def test_bits_are_those_of_jax():
    places = np.arange(1000, dtype=np.uint32)
    assert np.array_equal(random_bits(jax.random.key(3), places), jax.random.bits(jax.random.key(3), (1000,)))


@pytest.mark.parametrize(("rows", "width"), [(9, 63), (4, 64), (3, 1), (1, 17)])
def test_rows_are_those_of_jax_and_whole_lanes_wide(rows, width):
    keys = jax.random.split(jax.random.key(1), 5)
    drawn = np.asarray(jax.jit(jax.vmap(lambda key: normal_rows(key, rows, width)))(keys))
    meant = np.stack([jax.random.normal(key, (rows, width)) for key in keys])
    assert drawn.shape[2] % 16 == 0
    np.testing.assert_allclose(drawn[:, :, :width], meant, rtol=1e-6)
