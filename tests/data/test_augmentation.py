import re

import numpy as np
import pytest

from dynamicl.data import CONSTRUCTIONS, TRANSFORMS, augment, load_omniglot, transform


def plainly_transformed(image, index):
    """The transform in words, pixel by pixel: flip left and right from 4 on, then quarter turns counter-clockwise."""
    side = len(image)
    if index >= 4:
        image = [row[::-1] for row in image]
    for _ in range(index % 4):
        image = [[image[row][side - 1 - column] for row in range(side)] for column in range(side)]
    return np.array(image)


def test_transforms_are_the_eight_of_the_square():
    image = np.arange(9).reshape(3, 3)
    results = [transform(image, k) for k in range(8)]
    for k, result in enumerate(results):
        np.testing.assert_array_equal(result, plainly_transformed(image.tolist(), k))
    assert len({result.tobytes() for result in results}) == 8 == len(set(TRANSFORMS))
    np.testing.assert_array_equal(transform(image, 1), [[2, 5, 8], [1, 4, 7], [0, 3, 6]])


@pytest.mark.parametrize("index", [-1, 8])
def test_no_ninth_transform(index):
    with pytest.raises(ValueError, match=rf"`index` is {index}: the eight transforms are numbered 0 to 7"):
        transform(np.zeros((2, 2)), index)


def test_one_transform_a_class(scribbles):
    augmented = augment(scribbles, "one_transform")
    assert augmented.n_classes == 24 and augmented.n_exemplars == 20
    for row in range(24):
        for exemplar in (0, 7, 19):
            expected = plainly_transformed(scribbles.ink[row // 8, exemplar].tolist(), row % 8)
            np.testing.assert_array_equal(augmented.images(row, exemplar), expected)
    assert augmented.classes[8 + 5] == "A/character02/flip_turn90"


def test_interleaved_is_every_twentieth_image_of_the_ordered_set(scribbles):
    """Exemplar i of all classes = positions i, i + 20, ... of the list (drawing, then its 8 transforms)."""
    ordered = [
        plainly_transformed(drawing.tolist(), k)
        for drawing in scribbles.ink.reshape(-1, 6, 6)
        for k in range(8)
    ]
    augmented = augment(scribbles, "interleaved")
    assert augmented.n_classes == 24
    for exemplar in range(20):
        np.testing.assert_array_equal(
            augmented.images(np.arange(24), exemplar), np.stack(ordered[exemplar::20])
        )
    assert augmented.classes[8 + 5] == "A/character02/row5"


def test_interleaved_class_is_two_and_a_half_drawings_under_all_transforms():
    augmented = augment(load_omniglot(), "interleaved")
    row, drawing, which = augmented.locate(np.full(20, 8 * 7 + 2), np.arange(20))
    assert set(row) == {7}
    assert drawing.tolist() == [5] * 8 + [6] * 8 + [7] * 4
    assert which.tolist() == [*range(8), *range(8), *range(4)]
    row, drawing, which = augmented.locate(np.full(20, 8 * 7 + 3), np.arange(20))
    assert drawing.tolist() == [7] * 4 + [8] * 8 + [9] * 8 and which[:4].tolist() == [4, 5, 6, 7]


def test_interleaved_rows_taken_for_unrotated_are_the_first_203_characters():
    row, _, which = augment(load_omniglot(), "interleaved").locate(np.arange(1623), np.zeros(1623, int))
    assert len(set(row)) == 203 and set(which) == {0, 4}


def test_pooled_drawings_are_the_plain_ones_then_the_same_under_each_transform(scribbles):
    augmented = augment(scribbles, "pooled")
    assert augmented.classes == scribbles.classes and augmented.n_exemplars == 160 and augmented.block == 1
    np.testing.assert_array_equal(augmented.images(2, np.arange(20)), scribbles.ink[2])
    for drawing, which in ((7, 3), (19, 7)):
        expected = plainly_transformed(scribbles.ink[1, drawing].tolist(), which)
        np.testing.assert_array_equal(augmented.images(1, 20 * which + drawing), expected)


@pytest.mark.parametrize("construction", CONSTRUCTIONS)
def test_every_transformed_drawing_is_used_once(scribbles, construction):
    augmented = augment(scribbles, construction)
    rows, columns = np.meshgrid(
        np.arange(augmented.n_classes), np.arange(augmented.n_exemplars), indexing="ij"
    )
    sources = np.stack(augmented.locate(rows, columns), axis=-1).reshape(-1, 3)
    assert len(np.unique(sources, axis=0)) == 3 * 20 * 8
    # Blocks of 8 classes belong to one character, which is what splits rely on.
    assert (sources[:, 0] == rows.reshape(-1) // augmented.block).all()


@pytest.mark.parametrize("construction", ["one_transform", "interleaved"])
def test_all_of_omniglot(construction):
    augmented = augment(load_omniglot(), construction)
    assert augmented.n_classes == 12_984 == len(set(augmented.classes))
    assert augmented.size == 28 and augmented.images([[0, 12_983]], [[1], [2]]).shape == (2, 2, 28, 28)


def test_addresses_are_checked(scribbles):
    with pytest.raises(ValueError, match="`classes` holds 24: indices go from 0 to 23"):
        augment(scribbles).images(24, 0)


def test_unknown_construction(scribbles):
    message = "`construction` is 'interleave': did you mean 'interleaved'?"
    with pytest.raises(ValueError, match=re.escape(message)):
        augment(scribbles, "interleave")


def test_digest_differs_by_construction(scribbles):
    digests = {augment(scribbles, construction).digest for construction in CONSTRUCTIONS}
    assert len(digests | {scribbles.digest}) == 4
