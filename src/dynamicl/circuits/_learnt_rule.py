"""Attention rules learnt from patterns: where each head looks from each kind of row, to be scored on another seed.

The lookup report wrote its rule by hand from one model's pattern. Here the rule is found: for every head and kind of
row the anchor (the row itself, the solution, the end) and the offsets from it that the strongest attention hits most.
Plain NumPy, for patterns already computed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from dynamicl.models import TokenIds
from dynamicl.specs import register
from dynamicl.statistics._checks import check_choice
from dynamicl.tasks import Sequence

RowKind = Literal["read-out", "key", "value", "separator", "prompt", "end"]
Anchor = Literal["itself", "solution", "end"]
ROW_KINDS: tuple[RowKind, ...] = ("read-out", "key", "value", "separator", "prompt", "end")


@register("rule-entry")
@dataclass(frozen=True)
class RuleEntry:
    """Say where one head looks from one kind of row.

    Attributes:
        layer: from 1.
        head: from 0.
        row: kind of row.
        anchor: what offsets count from: the row `itself`, the `solution`'s value, or the `end` ([EOS]).
        offsets: positions to the right of the anchor (negative: left), the most frequent first.
    """

    layer: int
    head: int
    row: RowKind
    anchor: Anchor
    offsets: tuple[int, ...]


@register("rule")
@dataclass(frozen=True)
class Rule:
    """A prediction of every head's strongest attention.

    Attributes:
        entries: one for each layer, head and kind of row that was seen.
    """

    entries: tuple[RuleEntry, ...]


def learn_rule(patterns: ArrayLike, sequences: Sequence, width: int = 1) -> Rule:
    """Find the offsets that the strongest attention of each head hits most.

    Args:
        patterns: shape (batch, layer, head, seq, seq), one seed's.
        sequences: the lookup sequences behind them.
        width: offsets allowed for each kind of row; the report's layer 1 uses two.

    Returns:
        The rule. Of equally good anchors the first of `itself`, `solution`, `end` is taken, of equally frequent
        offsets the shortest.

    Raises:
        ValueError: patterns that do not fit the sequences, or no offset allowed.
    """
    if width < 1:
        raise ValueError(
            f"`width` is {width}; at least 1 is allowed. Give the number of offsets for each kind of row."
        )
    strongest, rows, anchors = _read(patterns, sequences)
    entries = []
    for layer, head in np.ndindex(strongest.shape[1:3]):
        for kind, mask in rows.items():
            if mask.any():
                found = {
                    name: _best(strongest[:, layer, head][mask] - at[mask], width)
                    for name, at in anchors.items()
                }
                # `max` keeps the first of equals.
                anchor = max(found, key=lambda name: found[name][0])
                entries.append(RuleEntry(layer + 1, head, kind, anchor, found[anchor][1]))
    return Rule(tuple(entries))


def score_rule(
    rule: Rule, patterns: ArrayLike, sequences: Sequence, rows: Iterable[str] = ROW_KINDS
) -> np.ndarray:
    """Score a rule on patterns, of another seed as a rule.

    Args:
        rule: what `learn_rule` returned.
        patterns: shape (batch, layer, head, seq, seq).
        sequences: the lookup sequences behind them.
        rows: kinds of rows that count, some of `ROW_KINDS`.

    Returns:
        Share of those rows, over all sequences together, whose strongest attention is where the rule says; shape
        (layer, head), float64; NaN where the rule says nothing. Padding never counts.

    Raises:
        ValueError: patterns of other layers or heads than the rule's, or that do not fit the sequences.
    """
    kinds = tuple(rows)
    for kind in kinds:
        check_choice("rows", kind, ROW_KINDS)
    strongest, masks, anchors = _read(patterns, sequences)
    shape = strongest.shape[1:3]
    known = (
        max((e.layer for e in rule.entries), default=0),
        max((e.head + 1 for e in rule.entries), default=0),
    )
    if shape != known:
        raise ValueError(
            f"`patterns` has {shape[0]} layers of {shape[1]} heads, the rule {known[0]} of {known[1]}; "
            "they must agree. "
            "Score it on a model of the same shape."
        )
    hits, total = np.zeros(shape), np.zeros(shape)
    for entry in rule.entries:
        if entry.row in kinds:
            cell, mask = (entry.layer - 1, entry.head), masks[entry.row]
            offsets = strongest[:, cell[0], cell[1]][mask] - anchors[entry.anchor][mask]
            hits[cell] += np.isin(offsets, entry.offsets).sum()
            total[cell] += mask.sum()
    return np.divide(hits, total, out=np.full(shape, np.nan), where=total > 0)


def _best(offsets: np.ndarray, width: int) -> tuple[int, tuple[int, ...]]:
    values, counts = np.unique(offsets, return_counts=True)
    order = np.lexsort((values, np.abs(values), -counts))[:width]
    return int(counts[order].sum()), tuple(values[order].tolist())


def _read(
    patterns: ArrayLike, sequences: Sequence
) -> tuple[np.ndarray, dict[RowKind, np.ndarray], dict[Anchor, np.ndarray]]:
    """Return the strongest attention (batch, layer, head, seq), the rows of each kind and the anchors (batch, seq)."""
    tokens, roles = sequences.tokens, sequences.roles
    if not isinstance(tokens, TokenIds):
        raise ValueError(
            f"`sequences` hold `{type(tokens).__name__}`; only key-value lookup is allowed. Pass a lookup batch."
        )
    valid = np.asarray(tokens.valid)
    attention = np.asarray(patterns)
    if (
        attention.ndim != 5
        or attention.shape[0] != valid.shape[0]
        or attention.shape[3:] != 2 * valid.shape[1:]
    ):
        raise ValueError(
            f"`patterns` has shape {attention.shape}; (batch, layer, head, seq, seq) with batch and seq "
            f"{valid.shape} is allowed. Pass the patterns of these sequences, every row of them."
        )
    place = np.broadcast_to(np.arange(valid.shape[1]), valid.shape)
    end = valid.sum(axis=1, keepdims=True) - 1
    solution = np.argmax(np.asarray(roles.matching_label), axis=1)[:, None]
    labels = np.asarray(roles.matching_label) | np.asarray(roles.other_label)
    rows: dict[RowKind, np.ndarray] = {
        "read-out": place == np.asarray(roles.query)[:, None],
        "key": np.asarray(roles.exemplars),
        "value": labels,
        "separator": place == end - 2,
        "prompt": place == end - 1,
        "end": place == end,
    }
    anchors: dict[Anchor, np.ndarray] = {
        "itself": place,
        "solution": np.broadcast_to(solution, valid.shape),
        "end": np.broadcast_to(end, valid.shape),
    }
    return attention.argmax(axis=-1), rows, anchors
