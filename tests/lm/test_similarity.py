"""Similarities on hand-made vectors and sets."""

import numpy as np
import pytest

from dynamicl.lm import cosine, map_similarities, output_similarity, random_similarity, recall
from dynamicl.specs import SpecError

RANDOM = np.random.default_rng(0)


def test_the_same_change_has_similarity_one_and_the_opposite_minus_one():
    base, change = RANDOM.standard_normal((2, 5, 16))
    base /= np.linalg.norm(base, axis=-1, keepdims=True)
    changed = base + 0.1 * change
    np.testing.assert_allclose(output_similarity(base, changed, changed), 1)
    # Lengths do not count: outputs are normalised before their difference is taken.
    np.testing.assert_allclose(output_similarity(base, 3 * changed, 7 * changed), 1)


def test_output_similarity_is_a_plain_loop():
    zero, icl, tuned = RANDOM.standard_normal((3, 4, 2, 8))
    found = output_similarity(zero, icl, tuned)
    for i in range(4):
        for j in range(2):
            unit = [x[i, j] / np.sqrt((x[i, j] ** 2).sum()) for x in (zero, icl, tuned)]
            a, b = unit[1] - unit[0], unit[2] - unit[0]
            assert found[i, j] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_random_changes_have_their_expected_spread():
    zero, icl = RANDOM.standard_normal((2, 4000, 64))
    centred = random_similarity(zero, icl, centred=True, random=np.random.default_rng(1))
    assert abs(centred.mean()) < 4 / np.sqrt(64 * 4000)
    assert centred.std() == pytest.approx(64**-0.5, rel=0.05)
    uniform = random_similarity(zero, icl, centred=False, random=np.random.default_rng(1))
    # A vector in [0, 1) leans towards the diagonal by the square root of 3/4.
    diagonal = cosine(
        icl / np.linalg.norm(icl, axis=-1, keepdims=True)
        - zero / np.linalg.norm(zero, axis=-1, keepdims=True),
        np.ones(64),
    )
    assert np.corrcoef(uniform, diagonal)[0, 1] == pytest.approx(np.sqrt(0.75), abs=0.03)


def test_a_change_that_is_rounding_has_no_similarity():
    zero = RANDOM.standard_normal((3, 8))
    assert np.isnan(output_similarity(zero, zero * (1 + 1e-9), zero + 1)).all()
    assert np.isnan(cosine(np.zeros(3), np.ones(3)))


def test_map_similarities_by_hand():
    zero = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    icl = np.array([[[1.0, 1.0], [0.0, 2.0]]])
    tuned = np.array([[[1.0, 1.0], [1.0, 1.0]]])
    found = map_similarities(zero, icl, tuned)
    half = np.sqrt(0.5)
    assert found["before"][0] == pytest.approx((half + 1) / 2)
    assert found["after"][0] == pytest.approx((1 + half) / 2)
    assert found["change"][0] == pytest.approx((1 + 0) / 2)


def test_recall_of_sets_made_by_hand():
    zero = [0, 0, 0, 0, 0, 1, 1, 1]
    icl = [1, 1, 0, 0, 0, 1, 0, 1]
    tuned = [1, 0, 1, 1, 0, 1, 1, 0]
    assert recall(zero, icl, tuned) == {"new": 3, "value": 1 / 3, "chance": 2 / 5}
    assert recall(zero, icl, icl)["value"] == 1
    nothing = recall([1, 1], [1, 0], [0, 1])
    assert nothing["new"] == 0 and np.isnan(nothing["value"]) and np.isnan(nothing["chance"])


def test_recall_of_other_queries():
    with pytest.raises(SpecError, match="score the same queries"):
        recall([1], [1, 0], [1])
