"""Which classes are trained on, which are held out, which are left.

A split is a pure function of its sizes and seed. Classes are put in a random order; the first are for
training, the last for testing, what lies between is unused. So with one seed the training classes of a small
split are among those of a large one, and the test classes of splits with the same test size are equal.
Augmented classes are shuffled in blocks, and no block is both trained on and held out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, final

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
    n_classes: int,
    *,
    train: int,
    test: int = 100,
    seed: int = 0,
    block: int = 1,
    order: Literal["shuffled", "as-is"] = "shuffled",
) -> ClassSplit:
    """Split classes for training and testing.

    Args:
        n_classes: Number of classes.
        train: How many to train on: the first of the random order.
        test: How many to hold out: the last of it.
        seed: Seed of the order; `numpy.random.default_rng`.
        block: How many consecutive classes are variants of one character. Variants stay together in the
            order, and a block which serves training in part serves no test.
        order: `shuffled`, or `as-is`: the first classes for training, the last for testing, as published files
            are laid out.

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
    classes = np.arange(n_classes) if order == "as-is" else _shuffled(n_classes, block, seed)
    return ClassSplit(
        train=classes[:train], test=classes[n_classes - test :], unused=classes[train : n_classes - test]
    )


def split_groups(
    groups: Sequence[str],
    *,
    train: int,
    test: int = 100,
    seed: int = 0,
    block: int = 1,
    held: Collection[str] = (),
) -> ClassSplit:
    """Hold out whole groups: no held-out class has a training class in its group (Omniglot: its alphabet).

    Args:
        groups: Group of each class.
        train: How many classes to train on.
        test: How many to hold out.
        seed: Seed of the order of groups and classes.
        block: How many consecutive classes are variants of one character, all of one group.
        held: The groups to hold out; by default as many, in random order, as it takes for `test` classes.

    Returns:
        The split, classes in random order.

    Raises:
        ValueError: Sizes that cannot be met, or groups that are not there.

    References:
        Lake, Salakhutdinov, Tenenbaum 2015: 30 background alphabets, 20 evaluation alphabets.

    Example:
        >>> split = split_groups(["Greek", "Greek", "Latin", "Latin"], train=2, test=2, seed=1)
        >>> {int(i) // 2 for i in split.train} & {int(i) // 2 for i in split.test}
        set()
    """
    names = np.asarray(groups)
    order = _shuffled(len(names), block, seed)
    chosen = set(held) or _enough_groups(names, test, seed)
    if not chosen <= set(names.tolist()):
        raise ValueError(
            f"`held` names {sorted(chosen - set(names.tolist()))[0]!r}, which is the group of no class: the groups are "
            f"{', '.join(sorted(set(names.tolist()))[:6])}, ..."
        )
    out = np.isin(names[order], sorted(chosen))
    inside, outside = order[~out], order[out]
    if train < 1 or len(inside) < train or len(outside) < test:
        raise ValueError(
            f"`train` {train} and `test` {test} do not fit: {len(chosen)} groups are held out, which leaves "
            f"{len(inside)} classes to train on and {len(outside)} to hold out"
        )
    return ClassSplit(
        train=inside[:train],
        test=outside[len(outside) - test :],
        unused=np.concatenate([inside[train:], outside[: len(outside) - test]]),
    )


def _shuffled(n_classes: int, block: int, seed: int) -> np.ndarray:
    """Return the classes in random order, blocks together."""
    blocks = np.random.default_rng(seed).permutation(n_classes // block)
    return (blocks[:, None] * block + np.arange(block)).reshape(-1)


def _enough_groups(names: np.ndarray, test: int, seed: int) -> set[str]:
    """Take groups in random order until they hold enough classes."""
    chosen: set[str] = set()
    count = 0
    for group in np.random.default_rng(seed).permutation(np.unique(names)).tolist():
        if count >= test:
            break
        chosen.add(group)
        count += int((names == group).sum())
    return chosen


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
