"""Where exact one-head models look, against the report's fixed rules; and where they look instead."""

import jax.numpy as jnp
import numpy as np
import xarray as xr

from dynamicl.circuits import Rule, learn_rule, score_rule
from dynamicl.probes import Exempt, rule_accuracy
from dynamicl.specs import stacked
from dynamicl.studies._patterns import patterns
from dynamicl.studies._populations import Trajectories
from dynamicl.tasks import Sequence

from ._ends import ended, numbers, too_few_exact
from ._settings import Setting

HIGH = 0.9
"""The report has 0.97 from two models; a mean above this counts as the same."""


def rule_data(scale: Setting, trajectories: Trajectories, layer: int, names: tuple[str, ...]) -> xr.Dataset:
    """Score the report's rules of one layer on exact runs; on all, where none is.

    Args:
        scale: the scale's numbers.
        trajectories: of the one-head runs.
        layer: from 1.
        names: of the rules' scores.

    Returns:
        The scores by run, `attention` (run, query, key), and attributes: the `layer`, the number of `pairs`, numbers of
        runs, and the `habits`: where the models look from each kind of row, in words.
    """
    runs = ended(scale, trajectories["one_head"])
    which = runs.exact if len(runs.exact) else np.arange(runs.ends.sizes["run"])
    attention, sequences = patterns(runs.trajectory, [(int(i), None) for i in which])
    scores = report_scores(attention, sequences)
    return xr.Dataset(
        {name: ("run", scores[name][:, layer - 1]) for name in names}
        | {"attention": (("run", "query", "key"), attention[:, :, layer - 1, 0].mean(axis=1))},
        {"seed": ("run", which)},
        {
            "layer": layer,
            "pairs": scale.task.pairs,
            "habits": habits(attention, sequences, layer),
            **numbers(runs),
        },
    )


def untestable(data: xr.Dataset) -> str:
    """Say why the report's rules cannot be tested on a dataset; "" where they can."""
    return too_short(int(data.attrs["pairs"])) or too_few_exact(data)


def report_scores(attention: np.ndarray, sequences: Sequence) -> dict[str, np.ndarray]:
    """Score the report's rules, with its exemptions, on the first head of models; each of shape (model, layer)."""
    scored = stacked([rule_accuracy(jnp.asarray(one), sequences, Exempt()) for one in attention])
    return {name: table[:, :, 0] for name, table in scored.items()}


def too_short(pairs: int) -> str:
    """Say why the report's rules cannot be tested with a number of pairs; "" where they can.

    They were written for about ten pairs and leave out the rows at both ends, the first carrier and the last. Where
    that leaves no carrier they speak of no row in which pairs would be held together, and a model may well do without.
    """
    exempt = Exempt()
    ends = exempt.first_carriers + exempt.last_carriers
    if pairs > ends:
        return ""
    return (
        f"the report's rules leave out the first and the last carrier, and {pairs} pairs have no other: it takes at "
        f"least {ends + 1}; what was found instead is our own"
    )


def habits(attention: np.ndarray, sequences: Sequence, layer: int) -> str:
    """Write where the models look from each kind of row, by how many of them do."""
    seen: dict[str, dict[str, int]] = {}
    for one in attention:
        for entry in learn_rule(one, sequences).entries:
            if entry.layer == layer and entry.head == 0:
                place = f"{entry.anchor} {entry.offsets[0]:+d}"
                row = seen.setdefault(entry.row, {})
                row[place] = row.get(place, 0) + 1
    rows = ("read-out",) if layer == 2 else tuple(seen)
    return "; ".join(f"{row}: {_most(seen[row], len(attention))}" for row in rows if row in seen)


def _most(places: dict[str, int], total: int) -> str:
    best = sorted(places.items(), key=lambda item: -item[1])[:2]
    return ", ".join(f"{place} ({count} of {total})" for place, count in best)


def rule_score(rule: Rule, one: np.ndarray, sequences: Sequence) -> float:
    """Score a rule on a model: the mean of layer 1 (all rows) and layer 2 (the read-out's), head 0."""
    first = score_rule(rule, one, sequences)[0, 0]
    second = score_rule(rule, one, sequences, ("read-out",))[1, 0]
    return float((first + second) / 2)
