"""How alike two changes are: of attention outputs, of attention maps, and of predictions.

All functions take arrays and work in float64. A difference smaller than `NOTHING` of what it is a difference of is
rounding, and its cosine is NaN.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamicl.specs import check

NOTHING = 1e-5


def normalised(vectors: ArrayLike) -> np.ndarray:
    """Return vectors of unit length along the last axis; zero vectors stay zero."""
    array = np.asarray(vectors, np.float64)
    length = np.linalg.norm(array, axis=-1, keepdims=True)
    return array / np.where(length > 0, length, 1)


def cosine(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Return cosines along the last axis; NaN where a vector is zero.

    >>> float(cosine([1.0, 0.0], [1.0, 1.0]).round(4))
    0.7071
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    product = (a * b).sum(-1)
    return np.divide(product, lengths, out=np.full_like(product, np.nan), where=lengths > 0)


def difference(after: ArrayLike, before: ArrayLike) -> np.ndarray:
    """Return after minus before along the last axis; zero where it is rounding."""
    a, b = np.asarray(after, np.float64), np.asarray(before, np.float64)
    change = a - b
    small = np.linalg.norm(change, axis=-1, keepdims=True) <= NOTHING * np.linalg.norm(
        b, axis=-1, keepdims=True
    )
    return np.where(small, 0.0, change)


def output_similarity(zero_shot: ArrayLike, in_context: ArrayLike, tuned: ArrayLike) -> np.ndarray:
    """Return SimAOU: the cosine between what the context and what training change in a normalised output.

    Args:
        zero_shot: attention outputs, (..., width).
        in_context: with demonstrations before the query.
        tuned: of the model after training.

    Returns:
        Cosines, shape (...).

    References:
        Bar Natan et al., section 3.3.
    """
    base = normalised(zero_shot)
    return cosine(difference(normalised(in_context), base), difference(normalised(tuned), base))


def random_similarity(
    zero_shot: ArrayLike, in_context: ArrayLike, *, centred: bool, random: np.random.Generator
) -> np.ndarray:
    """Return SimAOU against random directions instead of training's.

    Args:
        zero_shot: attention outputs, (..., width).
        in_context: with demonstrations before the query.
        centred: whether entries are Gaussian; else uniform in [0, 1), as in the report's code.
        random: the generator.

    Returns:
        Cosines, shape (...); with centred directions of standard deviation width to the power of -1/2.
    """
    change = difference(normalised(in_context), normalised(zero_shot))
    other = random.standard_normal(change.shape) if centred else random.random(change.shape)
    return cosine(change, other)


def map_similarities(zero_shot: ArrayLike, in_context: ArrayLike, tuned: ArrayLike) -> dict[str, np.ndarray]:
    """Return SimAM, averaged over heads.

    Args:
        zero_shot: scores before the softmax over the query's tokens, (..., head, column).
        in_context: with demonstrations before the query.
        tuned: of the model after training.

    Returns:
        `before` (in context against zero-shot), `after` (in context against trained), and `change` (of the differences
        from zero-shot), shape (...).

    References:
        Bar Natan et al., section 3.3; `change` is the later code's.
    """
    with np.errstate(invalid="ignore"):
        change = cosine(difference(in_context, zero_shot), difference(tuned, zero_shot))
    return {
        "before": cosine(in_context, zero_shot).mean(-1),
        "after": cosine(in_context, tuned).mean(-1),
        "change": change.mean(-1),
    }


def recall(zero_shot: ArrayLike, in_context: ArrayLike, tuned: ArrayLike) -> dict[str, Any]:
    """Return Rec2FTP with what independence would give.

    Args:
        zero_shot: whether each query is answered correctly, (query,).
        in_context: likewise, with demonstrations.
        tuned: likewise, after training.

    Returns:
        `new`: answers that training made right; `value`: the share of them that the context makes right too; `chance`:
        the share of *all* wrong zero-shot answers that the context makes right. NaN where there is none.

    Raises:
        SpecError: lengths differ.

    References:
        Bar Natan et al., section 3.3.
    """
    zs, icl, ft = (np.asarray(right, bool) for right in (zero_shot, in_context, tuned))
    check(
        zs.shape == icl.shape == ft.shape,
        f"`zero_shot`, `in_context`, `tuned` have shapes {zs.shape}, {icl.shape}, {ft.shape}: score the same queries",
    )
    new = int((ft & ~zs).sum())
    wrong = int((~zs).sum())
    both = int((icl & ft & ~zs).sum())
    learnt = int((icl & ~zs).sum())
    return {
        "new": new,
        "value": both / new if new else float("nan"),
        "chance": learnt / wrong if wrong else float("nan"),
    }
