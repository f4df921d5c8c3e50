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


WEIGHTS = {"a": np.ones((2, 3), np.float32), "mask": np.array([True, False])}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"bias": np.ones(2, np.float32)},
            r"the file has an array `bias` for which the model has no place \(1 in all\): it belongs to another",
        ),
        (
            {"a": np.full((2, 3), np.nan, np.float32)},
            "`a` of the file is not finite everywhere: the run diverged",
        ),
        ({"a": np.full((2, 3), -np.inf, np.float32)}, "`a` of the file is not finite everywhere"),
        ({"a": np.full((2, 3), 1e300)}, "`a` of the file has values that float32 cannot hold: convert it"),
        (
            {"a": np.ones((2, 3), np.int32)},
            "`a` of the file has type int32, the model needs float32: convert it",
        ),
        ({"mask": np.ones(2, np.float32)}, "`mask` of the file has type float32, the model needs bool"),
        ({"mask": np.ones(2, np.int8)}, "`mask` of the file has type int8, the model needs bool"),
    ],
)
def test_weights_that_would_make_another_network_are_refused(change, message):
    with pytest.raises(SpecError, match=message):
        unpack(WEIGHTS | change, WEIGHTS, "file")


def test_the_optimizers_state_may_lie_beside_weights():
    beside = {"optimizer/mu.a": np.zeros((2, 3), np.float32)}
    assert np.array_equal(unpack(WEIGHTS | beside, WEIGHTS)["a"], WEIGHTS["a"])


def test_casts_that_lose_nothing_are_made():
    wide = unpack({"a": np.full((2, 3), 0.1)}, {"a": WEIGHTS["a"]})
    assert wide["a"].dtype == np.float32 and np.all(wide["a"] == np.float32(0.1))
    assert unpack({"n": np.array([3], np.int64)}, {"n": np.zeros(1, np.int32)})["n"].dtype == np.int32
    with pytest.raises(SpecError, match="`n` of the state has values that int32 cannot hold"):
        unpack({"n": np.array([2**40])}, {"n": np.zeros(1, np.int32)})


def test_the_state_of_a_run_that_diverged_comes_back_as_it_was():
    arrays = {"a": np.full((2, 3), np.nan, np.float32)}
    assert np.isnan(unpack(arrays, {"a": WEIGHTS["a"]}, finite=False)["a"]).all()
