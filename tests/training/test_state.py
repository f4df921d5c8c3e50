import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.specs import SpecError
from dynamicl.training import pack, unpack

TREE = {"a": jnp.arange(3.0), "b": (jnp.ones((2, 2), jnp.int32), jnp.zeros((), bool))}


def test_unpack_undoes_pack():
    arrays = pack(TREE)
    assert list(arrays) == ["a", "b.0", "b.1"]
    back = unpack(arrays, jax.eval_shape(lambda: TREE))
    assert jax.tree.structure(back) == jax.tree.structure(TREE)
    for one, other in zip(jax.tree.leaves(back), jax.tree.leaves(TREE), strict=True):
        assert one.dtype == other.dtype and np.array_equal(one, other)


def test_an_array_that_is_missing():
    arrays = pack(TREE)
    del arrays["b.0"]
    with pytest.raises(
        SpecError, match="the state has no array `b.0`: it belongs to another model or optimizer"
    ):
        unpack(arrays, TREE)


def test_an_array_of_another_shape():
    with pytest.raises(
        SpecError, match=r"`a` of the checkpoint has shape \(4,\), the model needs \(3,\): use a checkpoint"
    ):
        unpack(pack(TREE) | {"a": np.zeros(4)}, TREE, "checkpoint")
