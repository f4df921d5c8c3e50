import numpy as np
import pytest

from dynamicl.data import Clusters, farthest_members, spherical_k_means

RNG = np.random.default_rng(0)
SIZES = (40, 25, 12, 6)


def planted(noise=0.1, sizes=SIZES, width=16):
    """Vectors around orthogonal directions, of very different lengths, in random order; with the group of each."""
    group = RNG.permutation(np.repeat(np.arange(len(sizes)), sizes))
    directions = np.eye(width)[: len(sizes)]
    vectors = directions[group] + noise * RNG.standard_normal((len(group), width))
    return (vectors * RNG.uniform(0.1, 10, (len(group), 1))).astype(np.float32), group


def test_planted_clusters_are_found_whatever_the_lengths_of_vectors():
    vectors, group = planted()
    # Several starts, as one may put two centres into one group.
    runs = [spherical_k_means(vectors, 4, seed) for seed in range(8)]
    best = max(runs, key=lambda clusters: clusters.cosine.sum())
    pairs = set(zip(best.member.tolist(), group.tolist(), strict=True))
    assert len(pairs) == 4
    np.testing.assert_allclose(np.linalg.norm(best.centres, axis=1), 1, rtol=1e-5)


def test_members_are_nearest_to_their_centre_in_a_plain_loop():
    vectors, _ = planted(noise=0.5)
    clusters = spherical_k_means(vectors, 7)
    for vector, member, cosine in zip(vectors, clusters.member, clusters.cosine, strict=True):
        cosines = [float(vector @ centre / np.linalg.norm(vector)) for centre in clusters.centres]
        assert cosine == pytest.approx(max(cosines), abs=1e-5) and cosines[member] == pytest.approx(
            max(cosines)
        )


def test_the_same_seed_gives_the_same_clusters_and_another_one_others():
    vectors, _ = planted(noise=0.8)
    first, again, other = (spherical_k_means(vectors, 9, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.member, again.member)
    assert not np.array_equal(first.member, other.member)


def test_no_cluster_stays_empty():
    vectors = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)
    vectors += 1e-3 * RNG.standard_normal(vectors.shape).astype(np.float32)
    # Whatever the start, four of five centres at least are used in the end.
    for seed in range(6):
        clusters = spherical_k_means(vectors, 5, seed)
        assert len(np.unique(clusters.member)) >= 4


@pytest.mark.parametrize("count", [0, 84])
def test_more_clusters_than_vectors(count):
    with pytest.raises(ValueError, match=f"`count` is {count}: give 1 to 83 clusters"):
        spherical_k_means(planted()[0], count)


def test_a_vector_without_direction():
    vectors, _ = planted()
    vectors[3] = 0
    with pytest.raises(ValueError, match="vector 3 has norm 0 and no direction: leave it out"):
        spherical_k_means(vectors, 2)


MEMBER = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
COSINE = np.array([0.9, 0.5, 0.7, 0.1, 0.2, 0.8, 0.3, 0.6, 0.4], np.float32)
MADE = Clusters(np.eye(3, dtype=np.float32), MEMBER, COSINE)


def test_the_farthest_members_of_large_clusters_are_taken():
    taken = farthest_members(MADE, 2, 2)
    assert sorted(taken.tolist()) == [[1, 2], [6, 8]]
    # Which clusters, and in which order, is the seed's.
    orders = {tuple(map(tuple, farthest_members(MADE, 2, 2, seed).tolist())) for seed in range(8)}
    assert len(orders) == 2


def test_clusters_that_are_too_small():
    with pytest.raises(
        ValueError, match="1 of 3 clusters hold more than 3 vectors, and 2 classes are asked for"
    ):
        farthest_members(MADE, 2, 3)
