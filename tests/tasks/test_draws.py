import itertools

import jax
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.tasks import distinct
from dynamicl.tasks._draws import SEQUENTIAL_LIMIT

# Seeds are fixed, so these never fail by chance; a sampler that is off by a hundredth would.
LEAST = 0.01


@pytest.mark.parametrize(("n", "k"), [(5, 2), (4, 4), (4, 3), (7, 1)])
def test_every_ordered_choice_is_equally_likely(n, k):
    drawn = np.asarray(distinct(jax.random.key(0), 24_000, n, k))
    choices = list(itertools.permutations(range(n), k))
    found = {choice: 0 for choice in choices}
    for row in drawn:
        found[tuple(row.tolist())] += 1
    assert chisquare(list(found.values())).pvalue > LEAST


def test_the_branch_by_sorting_is_uniform_too():
    k, n = SEQUENTIAL_LIMIT + 1, SEQUENTIAL_LIMIT + 2
    drawn = np.asarray(distinct(jax.random.key(1), 24_000, n, k))
    assert (np.sort(drawn, axis=1)[:, 1:] > np.sort(drawn, axis=1)[:, :-1]).all()
    # There are 3,628,800 ordered choices, so only their parts are looked at: one place, and two of them together.
    for column in (0, k - 1):
        assert chisquare(np.bincount(drawn[:, column], minlength=n)).pvalue > LEAST
    pairs = np.bincount(drawn[:, 0] * n + drawn[:, 4], minlength=n * n).reshape(n, n)
    assert not np.diag(pairs).any()
    assert chisquare(pairs[~np.eye(n, dtype=bool)]).pvalue > LEAST


@pytest.mark.parametrize("k", [1, SEQUENTIAL_LIMIT, SEQUENTIAL_LIMIT + 1, 12])
def test_numbers_are_different_and_in_range(k):
    drawn = np.asarray(distinct(jax.random.key(2), 500, 12, k))
    assert drawn.shape == (500, k) and drawn.dtype == np.int32
    assert drawn.min() >= 0 and drawn.max() < 12
    assert all(len(set(row)) == k for row in drawn.tolist())


def test_a_draw_is_a_function_of_its_key():
    first, again, other = (np.asarray(distinct(jax.random.key(s), 50, 9, 3)) for s in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_each_number_is_taken_from_those_that_are_left():
    n, k, key = 11, SEQUENTIAL_LIMIT, jax.random.key(4)
    places = np.asarray(jax.random.randint(key, (200, k), 0, n - np.arange(k)))
    for row, chosen in zip(places.tolist(), np.asarray(distinct(key, 200, n, k)).tolist(), strict=True):
        left = list(range(n))
        assert chosen == [left.pop(place) for place in row]
