import re

import numpy as np
import pytest

from dynamicl.data import Omniglot, load_omniglot


def test_all_characters_are_there():
    omniglot = load_omniglot()
    assert omniglot.ink.shape == (1623, 20, 28, 28) and omniglot.ink.dtype == bool
    assert (omniglot.n_classes, omniglot.n_exemplars, omniglot.size, omniglot.block) == (1623, 20, 28, 1)
    assert list(omniglot.classes) == sorted(omniglot.classes)
    assert len({name.split("/")[0] for name in omniglot.classes}) == 50
    assert "Greek/character01" in omniglot.classes


def test_every_drawing_has_ink_and_none_is_full():
    ink = load_omniglot().ink.mean((2, 3))
    assert ink.min() > 0 and ink.max() < 0.6
    assert ink.mean() == pytest.approx(0.0805, abs=1e-4)


def test_drawings_of_a_character_resemble_each_other():
    """The axes are (class, exemplar) and not something else: drawings overlap more within than across classes."""
    ink = load_omniglot().ink[:, :2].reshape(1623, 2, -1).astype(np.float32)
    within = (ink[:, 0] * ink[:, 1]).sum(1).mean()
    across = (ink[:, 0] * np.roll(ink[:, 1], 1, axis=0)).sum(1).mean()
    assert within > 1.2 * across


def test_loaded_once_and_read_only():
    omniglot = load_omniglot()
    assert load_omniglot() is omniglot
    with pytest.raises(ValueError, match="read-only"):
        omniglot.ink[0, 0, 0, 0] = True


def test_images_broadcast_and_are_copies(scribbles):
    images = scribbles.images([[2], [0]], [3, 4, 5])
    assert images.shape == (2, 3, 6, 6)
    assert (images[0, 1] == scribbles.ink[2, 4]).all()
    images[:] = False
    assert scribbles.ink.any()


@pytest.mark.parametrize(
    ("classes", "exemplars", "message"),
    [
        ([0, 3], 0, "`classes` holds 3: indices go from 0 to 2"),
        (-1, 0, "`classes` holds -1: indices go from 0 to 2"),
        (0, [20], "`exemplars` holds 20: indices go from 0 to 19"),
        (0.5, 0, "`classes` has dtype float64: give integer indices from 0 to 2"),
        ([True], 0, "`classes` has dtype bool"),
    ],
)
def test_addresses_that_do_not_exist(scribbles, classes, exemplars, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        scribbles.images(classes, exemplars)


@pytest.mark.parametrize(
    "ink",
    [
        np.zeros((2, 1, 4, 4)),
        np.zeros((2, 4, 4), bool),
        np.zeros((2, 1, 4, 5), bool),
        np.zeros((0, 1, 4, 4), bool),
    ],
)
def test_ink_of_another_kind(ink):
    with pytest.raises(ValueError, match=r"`ink` is .*: give a bool array \(class, exemplar, size, size\)"):
        Omniglot(ink=ink, classes=("a", "b"))


@pytest.mark.parametrize("classes", [("a",), ("a", "a")])
def test_classes_not_named_once_each(classes):
    with pytest.raises(ValueError, match="`classes` has 1 different names for 2 classes"):
        Omniglot(ink=np.zeros((2, 1, 4, 4), bool), classes=classes)


def test_digest_follows_the_content(scribbles):
    same = Omniglot(ink=scribbles.ink.copy(), classes=scribbles.classes)
    changed = scribbles.ink.copy()
    changed[0, 0, 0, 0] ^= True
    assert same.digest == scribbles.digest
    assert Omniglot(ink=changed, classes=scribbles.classes).digest != scribbles.digest
    assert (
        Omniglot(ink=scribbles.ink.reshape(6, 10, 6, 6), classes=tuple("abcdef")).digest != scribbles.digest
    )
