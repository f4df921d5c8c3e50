"""In-context learning beside fine-tuning, query by query: what each changes, and how alike the changes are.

Queries pass through the model in small batches, in three settings one after the other; attention is reduced to cosines
at once, so memory grows by a few hundred numbers a query.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.specs import check

from ._attention import Record
from ._forward import Context, Query, moved, run_queries
from ._language import Language
from ._lazy import torch
from ._similarity import map_similarities, output_similarity, random_similarity

TOKENS = ("prompt", "verbaliser")
"""Where attention is recorded: at the last token of the prompt (the report's text), or at the last of its first
candidate answer, the same in every setting (the report's code)."""

MEASURES = ("outputs", "uniform", "centred", "map_before", "map_after", "map_change")
"""SimAOU, SimAOU against random directions (uniform, centred), and SimAM before, after and of differences."""

SETTINGS = ("zero_shot", "in_context", "tuned")


MEMO_BYTES = 2**28
"""How much `Baseline` remembers; queries beyond that are computed anew for every trained model."""


@dataclass(frozen=True)
class Tuned:
    """A trained model: how its weights changed.

    Attributes:
        change: by name; nothing for the model as it is.
        linearised: whether the model is the first-order expansion.
    """

    change: Mapping[str, Any]
    linearised: bool = False


@dataclass(frozen=True)
class Baseline:
    """What every trained model is compared with: the same queries, alone and behind a context.

    Attributes:
        language: the model.
        queries: scored.
        context: the encoded demonstrations.
        shift: positions to add to the query's without context, so that they equal those behind the context.
        batch: queries at once.
        memo: records of the first batches, up to `MEMO_BYTES`, for the next trained model.
    """

    language: Language
    queries: Sequence[Query]
    context: Context
    shift: int = 0
    batch: int = 8
    memo: dict[int, list[tuple[Record, Any]]] = field(default_factory=dict, repr=False)

    def batches(self) -> list[np.ndarray]:
        """Places of the queries, those of like length together, so that little is padded."""
        order = np.argsort([len(query.prompt) for query in self.queries], kind="stable")
        return [order[start : start + self.batch] for start in range(0, len(order), self.batch)]

    def records(self, number: int, places: np.ndarray) -> list[tuple[Record, Any]]:
        """Zero-shot and in-context records of a batch, with the answers' log-probabilities."""
        if number in self.memo:
            return self.memo[number]
        group = [self.queries[i] for i in places]
        records = [
            run_queries(self.language, group, shift=self.shift),
            run_queries(self.language, group, self.context),
        ]
        if sum(map(_bytes, (*self.memo.values(), records))) <= MEMO_BYTES:
            self.memo[number] = records
        return records


def _bytes(records: list[tuple[Record, Any]]) -> int:
    return sum(layer.nbytes for record, _ in records for layer in (*record.outputs, *record.maps))


def compare(
    baseline: Baseline, tuned: Tuned, *, seed: int = 0, tell: Callable[[int], None] = lambda done: None
) -> xr.Dataset:
    """Compare learning in context with a trained model, on every query.

    Args:
        baseline: model, queries and context.
        tuned: the trained model.
        seed: of the random directions.
        tell: called with the number of queries in each batch that is done.

    Returns:
        `similarity` (measure, token, query, layer), `answer` (setting, query), the index of the likeliest answer, and
        `label` (query).

    Raises:
        SpecError: no query.
    """
    queries, layers = baseline.queries, baseline.language.layers
    check(len(queries) > 0, "`queries` is empty: give at least one")
    similarity = np.full((len(MEASURES), len(TOKENS), len(queries), layers), np.nan)
    answer = np.zeros((len(SETTINGS), len(queries)), int)
    for number, places in enumerate(baseline.batches()):
        records = [*baseline.records(number, places), _trained(baseline, places, tuned)]
        for setting, (_, scores) in enumerate(records):
            answer[setting, places] = scores.argmax(-1).numpy()
        # Each query has a generator of its own, so that neither order nor batch changes its random directions.
        generators = [np.random.default_rng((seed, int(i))) for i in places]
        similarity[:, :, places] = _similarities([record for record, _ in records], generators)
        tell(int(places.size))
    return xr.Dataset(
        {
            "similarity": (("measure", "token", "query", "layer"), similarity),
            "answer": (("setting", "query"), answer),
            "label": ("query", [query.label for query in queries]),
        },
        coords={
            "measure": list(MEASURES),
            "token": list(TOKENS),
            "setting": list(SETTINGS),
            "layer": np.arange(layers),
        },
    )


def _trained(baseline: Baseline, places: np.ndarray, tuned: Tuned) -> tuple[Record, Any]:
    """Record and scores of the trained model on a batch."""
    group = [baseline.queries[i] for i in places]
    if tuned.linearised:
        return run_queries(baseline.language, group, tangents=tuned.change, shift=baseline.shift)
    with torch.no_grad(), moved(baseline.language, tuned.change):
        return run_queries(baseline.language, group, shift=baseline.shift)


def _similarities(records: Sequence[Record], generators: Sequence[np.random.Generator]) -> np.ndarray:
    """Cosines (measure, token, query, layer) of a batch's three records."""
    outputs = [np.stack(list(map(_array, record.outputs))) for record in records]
    rows = {
        "outputs": output_similarity(*outputs),
        "uniform": _random(outputs, generators, centred=False),
        "centred": _random(outputs, generators, centred=True),
    }
    maps = [np.stack(list(map(_array, record.maps))) for record in records]
    rows |= {f"map_{name}": values for name, values in map_similarities(*maps).items()}
    return np.stack([np.moveaxis(rows[name], 0, -1) for name in MEASURES])


def _random(
    outputs: Sequence[np.ndarray], generators: Sequence[np.random.Generator], *, centred: bool
) -> np.ndarray:
    columns = [
        random_similarity(outputs[0][:, :, i], outputs[1][:, :, i], centred=centred, random=generator)
        for i, generator in enumerate(generators)
    ]
    return np.stack(columns, -1)


def _array(values: Any) -> np.ndarray:
    return values.detach().cpu().numpy()
