"""NumPy's numbers, lists and paths where plain values are meant."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dynamicl.clamps import Clamp, Constant
from dynamicl.specs import plain, spec_hash
from dynamicl.training import OptimizerSpec, RunSpec, resolve
from small import SmallModelSpec, SmallTaskSpec, forged

RUN = RunSpec(SmallTaskSpec(), SmallModelSpec(), OptimizerSpec("adam", 0.001), steps=7)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (np.int64(3), 3),
        (np.float32(1e-3), 1e-3),
        (np.float64(0.1), 0.1),
        (np.float16(0.5), 0.5),
        (np.bool_(True), True),
        (np.array(2), 2),
        (jnp.asarray(0.25), 0.25),
        ([1, [np.int32(2)]], (1, (2,))),
        (Path("a") / "b", str(Path("a/b"))),
        (None, None),
        ("word", "word"),
    ],
)
def test_values_are_taken_for_what_is_meant(given, meant):
    value = plain(given)
    assert value == meant and type(value) is type(meant)


def test_what_is_plain_stays_the_same_object():
    assert plain(RUN) is RUN and plain((1, 2.0)) == (1, 2.0)
    array = np.zeros(3)
    assert plain(array) is array


def test_a_run_of_numpys_numbers_and_lists_is_the_plain_one():
    clamp = forged(Clamp("layers.0.attn.v", Constant(0.0)), heads=[np.int64(1)], windows=[[0, np.int32(5)]])
    given = forged(
        RUN,
        steps=np.int64(7),
        optimizer=forged(RUN.optimizer, learning_rate=np.float32(1e-3)),
        clamps=[clamp],
    )
    meant = forged(RUN, clamps=(Clamp("layers.0.attn.v", Constant(0.0), heads=(1,), windows=((0, 5),)),))
    assert spec_hash(resolve(given)) == spec_hash(meant) and resolve(given) == meant


def test_a_value_inside_a_compiled_program_stays():
    seen = []

    def note(x):
        seen.append(plain(x) is x)
        return x

    jax.jit(note)(1.0)
    assert seen == [True]
