import jax.numpy as jnp
import numpy as np

from dynamicl.training._shared import each_once


def test_a_shared_array_is_handed_over_once_and_stands_everywhere_again():
    table, own = jnp.arange(3), jnp.ones(2)
    tree = {"train": (table, own), "again": (table, None), "other": [own, jnp.arange(3)]}
    arrays, everywhere = each_once(tree)
    assert len(arrays) == 3
    back = everywhere([array + 1 for array in arrays])
    assert back["again"][1] is None and back["train"][0] is back["again"][0]
    assert np.array_equal(back["train"][0], [1, 2, 3]) and np.array_equal(back["other"][0], [2, 2])
    assert np.array_equal(back["other"][1], [1, 2, 3])


def test_nothing_is_handed_over_of_a_tree_without_arrays():
    arrays, everywhere = each_once({"train": None})
    assert arrays == [] and everywhere([]) == {"train": None}
