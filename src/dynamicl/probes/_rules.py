"""The lookup report's fixed attention rules: how often each head's strongest attention falls where they say.

Positions count from 0, so [BOS] and the read-out are 0, the value of the j-th pair is 2j, [EOS] is 2n + 3. What the
report calls the carriers here follows from its two rules together: the position three to the right of a value
(2j + 3: the key after next, or for the last two pairs [SEP] and [EOS]) attends in layer 1 to that value or to its
key, and so holds the pair; in layer 2 the read-out attends to the carrier of the solution, and carriers to themselves.

The report counts its tokens from 1 where it writes the first one (equation 15) and from 0 in code (equation 10).
Its rows of equation 16, i = 7, 9, ..., 21, are carriers when counted from 0: with ten pairs all of 5, 7, ..., 23 but
the first and the last. Counted from 1 they would be values, which have no part in the answer. The offsets of
equations 14 and 15 are the same either way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from dynamicl.models import TokenIds
from dynamicl.specs import SpecError, check
from dynamicl.tasks import Sequence
from dynamicl.training import Probe

from ._heads import stack_layers
from ._registry import register_measure

OFFSETS = (3, 4)
REACH = 3
RULE_MEASURES = ("rule_accuracy", "collect_accuracy", "readout_accuracy", "diagonal_accuracy")


@dataclass(frozen=True)
class Exempt:
    """Say which rows the rules are not asked about. Padding never counts.

    The report's words are "with exceptions of the beginning and end tokens" (equation 14) and i = 7, 9, ..., 21
    (equation 16). Rows 0 to 2 have no position three to the left and row 3 has none four to the left, so the
    defaults leave out four rows at the beginning; exempting [BOS] and [EOS] alone could never give the report's 97 %.

    Attributes:
        first: rows left out at the beginning, layer 1.
        last: rows left out at the end, layer 1; 1 is [EOS], although it carries the last pair.
        first_carriers: carriers left out at the beginning, layer 2.
        last_carriers: carriers left out at the end, layer 2; with 1 and 1 no carrier is left below three pairs.
    """

    first: int = 4
    last: int = 1
    first_carriers: int = 1
    last_carriers: int = 1

    def __post_init__(self) -> None:
        """Refuse negative numbers of rows."""
        for name in ("first", "last", "first_carriers", "last_carriers"):
            value = getattr(self, name)
            check(value >= 0, f"`{name}` is {value}: give the number of rows to leave out, 0 or more")


def rule_accuracy(
    pattern: Float[Array, "batch layer head seq seq"],
    sequences: Sequence,
    exempt: Exempt = Exempt(),
) -> dict[str, Float[Array, "layer head"]]:
    """Score the report's rules on attention patterns.

    Args:
        pattern: attention of every row, padding included.
        sequences: of a lookup task.
        exempt: rows that do not count.

    Returns:
        Shares of the rows that count, over all sequences together, for every layer and head; NaN where none counts:
        `collect_accuracy`: the strongest attention of row i is at i - 3 or i - 4 (equation 14);
        `readout_accuracy`: the read-out's is three to the right of the solution (equation 15);
        `diagonal_accuracy`: a carrier's is on itself (equation 16);
        `rule_accuracy`: the rule of the layer: the first of these in layer 1, the other two together in later ones.

    Raises:
        SpecError: the sequences are not of a lookup task.

    References:
        Zhao 2023, equations 13 to 16, Figures 4 and 5.
    """
    tokens, roles = sequences.tokens, sequences.roles
    if not isinstance(tokens, TokenIds):
        raise SpecError(
            f"the measure `rules` got tokens of type `{type(tokens).__name__}`: it reads key-value lookup only; leave "
            "it out of `recording.measures`"
        )
    strongest = jnp.argmax(pattern, axis=-1)
    place = jnp.arange(pattern.shape[-1])
    left = place - strongest
    collects = jnp.any(jnp.stack([left == offset for offset in OFFSETS]), axis=0)
    rows, carriers = counted_rows(tokens.valid, roles.labels, exempt)
    carrier = _place(roles.matching_label) + REACH
    readout = strongest == carrier[:, None, None, None]

    def share(*parts: tuple[Bool[Array, "batch layer head seq"], Bool[Array, "batch seq"]]) -> Array:
        hits = sum(
            jnp.einsum("blhs,bs->lh", hit.astype(jnp.float32), mask.astype(jnp.float32))
            for hit, mask in parts
        )
        total = sum(jnp.sum(mask).astype(jnp.float32) for _, mask in parts)
        return jnp.where(total > 0, hits / jnp.maximum(total, 1.0), jnp.nan)

    answer, diagonal = (readout, roles.is_query), (left == 0, carriers)
    collect, later = share((collects, rows)), share(answer, diagonal)
    return {
        "rule_accuracy": jnp.concatenate([collect[:1], later[1:]]),
        "collect_accuracy": collect,
        "readout_accuracy": share(answer),
        "diagonal_accuracy": share(diagonal),
    }


def counted_rows(
    valid: Bool[Array, "batch seq"], labels: Bool[Array, "batch seq"], exempt: Exempt
) -> tuple[Bool[Array, "batch seq"], Bool[Array, "batch seq"]]:
    """Mark the rows about which the rules of layer 1 and of layer 2 (its diagonal) are asked.

    >>> row = jnp.arange(24)
    >>> labels = (row % 2 == 0) & (row >= 2) & (row <= 20)
    >>> _, carriers = counted_rows(row[None] >= 0, labels[None], Exempt())
    >>> jnp.flatnonzero(carriers[0]).tolist()
    [7, 9, 11, 13, 15, 17, 19, 21]
    """
    place = jnp.arange(valid.shape[-1])
    length = jnp.sum(valid, axis=-1, keepdims=True)
    rows = (place >= exempt.first) & (place < length - exempt.last)
    carriers = jnp.roll(labels, REACH, axis=-1)
    rank = jnp.cumsum(carriers, axis=-1)
    total = rank[:, -1:]
    inner = (rank > exempt.first_carriers) & (rank <= total - exempt.last_carriers)
    return rows, carriers & inner


def _place(mask: Bool[Array, "batch seq"]) -> Int[Array, " batch"]:
    return jnp.argmax(mask, axis=-1)


def rules_probe(name: str = "rules", exempt: Exempt = Exempt()) -> Probe:
    """Make the measure with exemptions of your own; pass it to `register_measure` under a name of its own.

    Record one such measure at a time: all write the same variables.
    """
    return Probe(
        name=name,
        sites=("layers.*.attn.pattern",),
        compute=_compute(exempt),
        dims=dict.fromkeys(RULE_MEASURES, ("layer", "head")),
    )


def _compute(exempt: Exempt) -> Callable[[Any, Mapping[str, Array], Sequence], dict[str, Array]]:
    def compute(model: Any, activations: Mapping[str, Array], sequences: Sequence) -> dict[str, Array]:
        return rule_accuracy(stack_layers(activations, "attn.pattern"), sequences, exempt)

    return compute


register_measure(rules_probe())
register_measure(rules_probe("rules without exemptions", Exempt(last=0, first_carriers=0, last_carriers=0)))
