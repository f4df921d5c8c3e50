"""Classes out of vectors that have none: spherical k-means, and the members of each cluster farthest from its centre.

Used for token embeddings as exemplars. A pass over 30,000 vectors of 576 with 4,800 centres takes some seconds.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int

PASSES = 25
"""At most; fewer where no vector changes its cluster."""
CHUNK = 2048
"""Vectors that are compared with all centres at a time."""


class Clusters(NamedTuple):
    """A partition of vectors.

    Attributes:
        centres: of norm 1.
        member: cluster of each vector.
        cosine: of each vector with its centre.
    """

    centres: Float32[np.ndarray, "cluster feature"]
    member: Int[np.ndarray, " vector"]
    cosine: Float32[np.ndarray, " vector"]


def spherical_k_means(
    vectors: Float32[np.ndarray, "vector feature"], count: int, seed: int = 0, passes: int = PASSES
) -> Clusters:
    """Cluster vectors by the angle between them.

    Centres start as vectors chosen at random. A cluster that lost all its members starts anew at the vector that fits
    its own cluster least.

    Args:
        vectors: none of them zero.
        count: clusters.
        seed: of the start.
        passes: at most.

    Raises:
        ValueError: more clusters than vectors, or a vector of norm 0.
    """
    if not 1 <= count <= len(vectors):
        raise ValueError(f"`count` is {count}: give 1 to {len(vectors)} clusters, one a vector at most")
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not norms.all():
        raise ValueError(f"vector {int(np.argmin(norms))} has norm 0 and no direction: leave it out")
    directions = (vectors / norms).astype(np.float32)
    centres = directions[np.random.default_rng(seed).choice(len(vectors), count, replace=False)]
    member = np.full(len(vectors), -1)
    for _ in range(passes):
        nearest, cosine = _nearest(directions, centres)
        if np.array_equal(nearest, member):
            break
        member = nearest
        centres = _means(directions, member, cosine, count)
    member, cosine = _nearest(directions, centres)
    return Clusters(centres, member, cosine)


def _nearest(directions: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the closest centre of each vector, and the cosine with it."""
    member = np.empty(len(directions), np.int64)
    cosine = np.empty(len(directions), np.float32)
    for start in range(0, len(directions), CHUNK):
        part = slice(start, start + CHUNK)
        products = directions[part] @ centres.T
        member[part] = products.argmax(1)
        cosine[part] = products.max(1)
    return member, cosine


def _means(directions: np.ndarray, member: np.ndarray, cosine: np.ndarray, count: int) -> np.ndarray:
    """Return the direction of the sum of each cluster's members."""
    sums = np.zeros((count, directions.shape[1]))
    np.add.at(sums, member, directions)
    norms = np.linalg.norm(sums, axis=1)
    empty = np.flatnonzero(norms == 0)
    strangers = np.argsort(cosine, kind="stable")[: empty.size]
    sums[empty] = directions[strangers]
    norms[empty] = 1.0
    return (sums / norms[:, None]).astype(np.float32)


def farthest_members(clusters: Clusters, classes: int, members: int, seed: int = 0) -> np.ndarray:
    """Choose clusters at random among those with more than `members` vectors, and of each the farthest from its centre.

    Args:
        clusters: the partition.
        classes: clusters to choose.
        members: vectors of each; farthest first.
        seed: of the choice.

    Returns:
        Numbers of vectors, shape (class, member).

    Raises:
        ValueError: too few clusters are that large.

    References:
        Thesis B.1.1, steps 2 and 3.
    """
    sizes = np.bincount(clusters.member, minlength=len(clusters.centres))
    large = np.flatnonzero(sizes > members)
    if len(large) < classes:
        raise ValueError(
            f"{len(large)} of {len(sizes)} clusters hold more than {members} vectors, and {classes} classes are asked "
            "for: ask for fewer classes or exemplars, or change the number of clusters"
        )
    chosen = np.random.default_rng(seed).permutation(large)[:classes]
    # By cluster, then by cosine: the first of each cluster are the farthest from its centre.
    order = np.lexsort((clusters.cosine, clusters.member))
    starts = np.searchsorted(clusters.member[order], chosen)
    return order[starts[:, None] + np.arange(members)]
