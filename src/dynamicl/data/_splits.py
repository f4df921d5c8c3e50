"""Which classes are trained on, which are held out, which are left.

A split is a pure function of its sizes and seed. Classes are put in a random order; the first are for
training, the last for testing, what lies between is unused. So with one seed the training classes of a small
split are among those of a large one, and the test classes of splits with the same test size are equal.
Augmented classes are shuffled in blocks, and no block is both trained on and held out.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Int64

from ._drawings import Drawings


@final
@dataclass(frozen=True, eq=False)
class ClassSplit:
    """Class indices, each in random order, disjoint and together all classes.

    Attributes:
        train: Int (n_train,).
        test: Int (n_test,), held out: with blocks, no variant of a training class.
        unused: Int (n_unused,); with blocks, the rest of a block that was begun for training or testing is
            here.
    """

    train: Int64[np.ndarray, " train"]
    test: Int64[np.ndarray, " test"]
    unused: Int64[np.ndarray, " unused"]


def split_classes(
    n_classes: int, *, train: int, test: int = 100, seed: int = 0, block: int = 1
) -> ClassSplit:
    """Split classes for training and testing.

    Args:
        n_classes: Number of classes.
        train: How many to train on: the first of the random order.
        test: How many to hold out: the last of it.
        seed: Seed of the order; `numpy.random.default_rng`.
        block: How many consecutive classes are variants of one character. Variants stay together in the
            order, and a block which serves training in part serves no test.

    Returns:
        The split.

    Raises:
        ValueError: Sizes that cannot be met.

    References:
        "What needs to go right for an induction head?" (Singh et al. 2024), data: random order, first C
        train, last 100 test.

        "Data distributional properties drive emergent in-context learning in transformers" (Chan et al.
        2022): shuffled in blocks of 8 so that variants of a character stay together.

    Example:
        >>> split = split_classes(1623, train=50, seed=1)
        >>> len(split.train), len(split.test), len(split.unused)
        (50, 100, 1473)
    """
    if block < 1 or n_classes < 1 or n_classes % block:
        raise ValueError(
            f"`n_classes` is {n_classes} and `block` {block}: both at least 1, and `n_classes` a multiple of `block` "
            "(8 for augmented drawings)"
        )
    if train < 1 or test < 0:
        raise ValueError(
            f"`train` is {train} and `test` {test}: train on at least 1 class, hold out 0 or more"
        )
    if seed < 0:
        raise ValueError(f"`seed` is {seed}: give an integer of at least 0")
    # Partly used blocks count as whole: sharing one would hold out transformed copies of training classes.
    trained, held = -(-train // block), -(-test // block)
    if trained + held > n_classes // block:
        apart = f" in separate blocks of {block}" if block > 1 else ""
        raise ValueError(
            f"`train` {train} and `test` {test} do not fit into {n_classes} classes{apart}: "
            f"with {test} held out, train on at most {max(0, n_classes - held * block)}"
        )
    blocks = np.random.default_rng(seed).permutation(n_classes // block)
    order = (blocks[:, None] * block + np.arange(block)).reshape(-1)
    return ClassSplit(
        train=order[:train], test=order[n_classes - test :], unused=order[train : n_classes - test]
    )


def split_drawings(drawings: Drawings, *, train: int, test: int = 100, seed: int = 0) -> ClassSplit:
    """Split the classes of `drawings`; held-out classes hold no transformed copy of a training class.

    Args:
        drawings: Plain or augmented drawings.
        train: How many classes to train on.
        test: How many to hold out.
        seed: Seed of the random order.

    Returns:
        The split, made by `split_classes` with the drawings' own block size.

    Raises:
        ValueError: Sizes that cannot be met.

    Example:
        >>> from dynamicl.data import augment, load_omniglot
        >>> split = split_drawings(augment(load_omniglot()), train=12800, test=80)
        >>> len(split.unused), bool(set(split.train // 8) & set(split.test // 8))
        (104, False)
    """
    return split_classes(drawings.n_classes, train=train, test=test, seed=seed, block=drawings.block)
