import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynamicl.data import augment, load_omniglot, split_classes, split_drawings


@given(
    blocks=st.integers(2, 40),
    block=st.sampled_from([1, 2, 8]),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_a_split_is_a_partition_without_leaks(blocks, block, seed, data):
    train = data.draw(st.integers(1, (blocks - 1) * block))
    test = data.draw(st.integers(0, (blocks - -(-train // block)) * block))
    split = split_classes(blocks * block, train=train, test=test, seed=seed, block=block)
    assert (len(split.train), len(split.test)) == (train, test)
    everything = np.concatenate([split.train, split.test, split.unused])
    assert sorted(everything) == list(range(blocks * block))
    assert not set(split.train // block) & set(split.test // block)


def test_plain_split_is_a_shuffle_cut_in_three():
    order = np.random.default_rng(3).permutation(1623)
    split = split_classes(1623, train=50, test=100, seed=3)
    np.testing.assert_array_equal(split.train, order[:50])
    np.testing.assert_array_equal(split.test, order[-100:])
    np.testing.assert_array_equal(split.unused, order[50:-100])


def test_same_seed_same_split_other_seed_other_split():
    first, again, other = (split_classes(100, train=10, test=5, seed=seed) for seed in (1, 1, 2))
    assert (first.train == again.train).all() and (first.test == again.test).all()
    assert (first.train != other.train).any()


def test_smaller_training_sets_are_nested_and_share_the_test_classes():
    small, large = (split_classes(1623, train=train, seed=4) for train in (50, 200))
    np.testing.assert_array_equal(small.train, large.train[:50])
    np.testing.assert_array_equal(small.test, large.test)


@pytest.mark.parametrize("construction", ["one_transform", "interleaved"])
def test_no_held_out_class_holds_a_copy_of_a_training_drawing(construction):
    augmented = augment(load_omniglot(), construction)
    split = split_drawings(augmented, train=12_700 + 100, test=80, seed=0)
    assert len(split.unused) == 104
    exemplars = np.arange(20)[None, :]
    drawings = [
        set(
            zip(
                *(a.reshape(-1).tolist() for a in augmented.locate(rows[:, None], exemplars)[:2]), strict=True
            )
        )
        for rows in (split.train, split.test)
    ]
    assert len(drawings[1]) == 200 and not drawings[0] & drawings[1]


def test_variants_stay_together_in_the_order():
    split = split_classes(12_984, train=12_800, test=80, seed=0, block=8)
    blocks = split.train.reshape(-1, 8)
    assert (np.diff(blocks, axis=1) == 1).all() and (blocks[:, 0] % 8 == 0).all()
    assert (np.diff(blocks[:, 0]) != 8).any()


def test_rest_of_a_block_in_use_is_unused():
    split = split_classes(32, train=9, test=9, seed=0, block=8)
    assert len(split.unused) == 14
    assert set(split.unused // 8) <= set(split.train // 8) | set(split.test // 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            dict(n_classes=1623, train=1600),
            "`train` 1600 and `test` 100 do not fit into 1623 classes: with 100 held out, "
            "train on at most 1523",
        ),
        (
            dict(n_classes=16, train=9, test=1, block=8),
            "do not fit into 16 classes in separate blocks of 8: with 1 held out, train on at most 8",
        ),
        (dict(n_classes=10, train=1, test=11), "train on at most 0"),
        (
            dict(n_classes=1623, train=8, block=8),
            "`n_classes` is 1623 and `block` 8: both at least 1, and `n_classes` a multiple of `block`",
        ),
        (dict(n_classes=0, train=1), "`n_classes` is 0"),
        (dict(n_classes=8, train=1, block=0), "`block` 0"),
        (dict(n_classes=10, train=0), "`train` is 0 and `test` 100: train on at least 1 class"),
        (dict(n_classes=10, train=1, test=-1), "hold out 0 or more"),
        (dict(n_classes=10, train=1, test=1, seed=-1), "`seed` is -1: give an integer of at least 0"),
    ],
)
def test_sizes_that_cannot_be_met(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        split_classes(**arguments)
