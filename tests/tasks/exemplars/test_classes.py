import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chisquare

from dynamicl.specs import SpecError, validate
from dynamicl.tasks.exemplars import Classes, Zipf
from dynamicl.tasks.exemplars._classes import ClassLaw, _edges, _place_apart, fine_uniform

LEAST = 0.01
DRAWS = 20_000


def law(exponent, groups, members=1, start=0):
    weights = Zipf(exponent).weights(groups * members).reshape(members, groups).T
    return ClassLaw(weights, start, groups, members)


@pytest.mark.parametrize("exponent", [0.0, 1.5])
def test_different_classes_are_drawn_one_after_the_other_by_weight(exponent):
    own = law(exponent, 5, start=3)
    drawn = np.asarray(jax.jit(lambda key: own.different(key, DRAWS, 2))(jax.random.key(0))) - 3
    p = np.arange(1, 6.0) ** -exponent
    p /= p.sum()
    pairs = list(itertools.permutations(range(5), 2))
    expected = [DRAWS * p[i] * p[j] / (1 - p[i]) for i, j in pairs]
    seen = np.bincount(drawn[:, 0] * 5 + drawn[:, 1], minlength=25)
    assert chisquare([seen[i * 5 + j] for i, j in pairs], expected).pvalue > LEAST


def test_many_classes_are_drawn_like_few():
    own = law(1.0, 12)
    drawn = np.asarray(jax.jit(lambda key: own.different(key, DRAWS, 9))(jax.random.key(0)))
    assert all(len(set(row)) == 9 for row in drawn[:500].tolist())
    p = np.arange(1, 13.0) ** -1.0
    assert chisquare(np.bincount(drawn[:, 0], minlength=12), DRAWS * p / p.sum()).pvalue > LEAST


@pytest.mark.parametrize("exponent", [0.5, 2.0])
def test_independent_classes_follow_their_frequencies(exponent):
    own = law(exponent, 4, members=3)
    drawn = np.asarray(jax.jit(lambda key: own.independent(key, DRAWS, 1))(jax.random.key(1)))
    p = np.arange(1, 13.0) ** -exponent
    assert chisquare(np.bincount(drawn[:, 0], minlength=12), DRAWS * p / p.sum()).pvalue > LEAST


@pytest.mark.parametrize("weighted", [False, True])
def test_classes_apart_from_one_follow_what_is_left(weighted):
    own = law(1.0, 6) if weighted else ClassLaw(None, 0, 6, 1)
    taken = jnp.full(DRAWS, 1)
    drawn = np.asarray(jax.jit(lambda key: own.apart(key, taken, 1))(jax.random.key(2)))[:, 0]
    p = np.arange(1, 7.0) ** -(1.0 if weighted else 0.0)
    p[1] = 0
    seen = np.bincount(drawn, minlength=6)
    assert seen[1] == 0
    assert chisquare(np.delete(seen, 1), np.delete(DRAWS * p / p.sum(), 1)).pvalue > LEAST


@pytest.mark.parametrize("exponent", [None, 1.0])
def test_balanced_classes_have_different_labels_and_their_frequencies(exponent):
    """Groups are labels: class k of label k mod 4."""
    own = ClassLaw(None, 0, 4, 3) if exponent is None else law(exponent, 4, members=3)
    drawn = np.asarray(jax.jit(lambda key: own.different(key, DRAWS, 4))(jax.random.key(3)))
    assert (np.sort(drawn % 4, axis=1) == np.arange(4)).all()
    p = np.arange(1, 13.0) ** -(exponent or 0.0)
    assert chisquare(np.bincount(drawn[:, 0], minlength=12), DRAWS * p / p.sum()).pvalue > LEAST
    # Given its label, a class is drawn by frequency wherever it stands.
    last = drawn[drawn[:, 3] % 4 == 2][:, 3]
    within = p[2::4] / p[2::4].sum()
    assert chisquare(np.bincount(last // 4, minlength=3), len(last) * within).pvalue > LEAST


def test_intervals_are_cut_out_as_in_a_plain_loop():
    rng = np.random.default_rng(0)
    weights = jnp.asarray(rng.random(7), jnp.float32)
    edges = np.asarray(_edges(weights), float)
    taken = np.array([rng.permutation(7)[:3] for _ in range(400)])
    lots = rng.random(400).astype(np.float32)
    lots[:4] = [0.0, 0.0, np.nextafter(np.float32(1), np.float32(0)), 1.0]
    places = np.asarray(_place_apart(_edges(weights), jnp.asarray(lots), jnp.asarray(taken, jnp.int32)))
    widths = np.diff(edges, prepend=0.0)
    for lot, out, place in zip(lots, taken, places, strict=True):
        free = [p for p in range(7) if p not in out]
        ends = np.cumsum(widths[free])
        at = lot * ends[-1]
        assert place in free
        nearest = np.abs(ends - at).min()
        if nearest > 1e-5:
            assert place == free[int(np.searchsorted(ends, at, side="right"))]


def test_the_rarest_classes_can_be_drawn():
    """Zipf 3 over 12,800 classes: floats keep the rarest interval apart, and lots reach into it."""
    edges = np.asarray(_edges(Zipf(3.0).weights(12_800)))
    assert (np.diff(edges) > 0).all()
    share = edges[0] / edges[-1]
    np.testing.assert_allclose(share, 12_800**-3.0 / 1.2020569, rtol=1e-3)
    # Of a million lots the lowest digits differ: a plain uniform number has 2^23 values.
    lots = np.asarray(fine_uniform(jax.random.key(0), (1_000_000,)))
    small = lots[lots < 0.01]
    assert len(np.unique(small)) > 0.99 * len(small) and lots.min() >= 0 and lots.max() <= 1


@pytest.mark.parametrize("field", ["first", "count", "drawings"])
def test_counts_below_zero_are_refused(field):
    with pytest.raises(SpecError, match=f"`classes.{field}` is -1: give 0 or more"):
        validate(Classes(**{field: -1}))
