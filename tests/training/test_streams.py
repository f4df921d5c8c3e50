"""Equal seeds never give equal keys, and names decide what evaluators see."""

import itertools

import jax
import numpy as np
import pytest

from dynamicl.training import evaluator_key, stream_key
from dynamicl.training._streams import TAGS


def bits(key):
    return tuple(np.asarray(jax.random.key_data(key)).tolist())


def test_equal_seeds_give_no_two_streams_the_same_key():
    keys = {}
    for seed in range(5):
        for stream in TAGS:
            keys[stream, seed] = bits(stream_key(seed, stream))
        for name in ("train", "held-out classes", "n = 1"):
            keys[name, seed] = bits(evaluator_key(seed, name))
    assert len(set(keys.values())) == len(keys)


def test_no_batch_shares_a_key_with_what_initialisation_splits_off():
    for seed in range(3):
        split = {bits(key) for key in jax.random.split(stream_key(seed, "init"), 8)}
        batches = {bits(jax.random.fold_in(stream_key(seed, "data"), step)) for step in range(50)}
        worlds = {bits(key) for key in jax.random.split(stream_key(seed, "world"), 8)}
        for first, second in itertools.combinations((split, batches, worlds), 2):
            assert not first & second


@pytest.mark.parametrize("stream", list(TAGS))
def test_the_generator_is_named_whatever_the_process_uses(stream):
    expected = bits(stream_key(3, stream))
    with jax.default_prng_impl("rbg"):
        assert bits(stream_key(3, stream)) == expected


def test_tags_are_what_they_were():
    """They are part of what a run is: a changed one is another experiment."""
    assert TAGS == {"init": 0x1217, "data": 0x2217, "evaluation": 0x3217, "world": 0x4217}
    named = jax.random.fold_in(stream_key(1, "evaluation"), 0x5C66E4A3)  # CRC-32 of the name
    assert bits(evaluator_key(1, "train")) == bits(named)
