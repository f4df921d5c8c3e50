"""What a sequence of exemplars is, before any vector is gathered."""

from typing import Any

import equinox as eqx
from jaxtyping import Array, Int


class ExemplarTokens(eqx.Module):
    """Numbers of the items of a sequence, and its labels.

    Rows of a table say which items are equal, so that a model with a batch stage can embed each distinct image of a
    batch once.

    Attributes:
        classes: row of each item's class, the query's last.
        exemplars: which exemplar of its class; for items made anew, a number that equal items of the sequence share.
        labels: one for each pair.
        offset: place of the first token, where a window of places is drawn; else 0.
        key: random key of noise, and of what is made anew for the sequence; `None` where nothing is.
    """

    classes: Int[Array, "*batch pairs_and_query"]
    exemplars: Int[Array, "*batch pairs_and_query"]
    labels: Int[Array, "*batch pair"]
    offset: Int[Array, "*batch"]
    key: Any
