"""Queries through a model: alone, behind demonstrations, with other weights, or linearised around the old ones.

Demonstrations are encoded once; every batch of queries reads a copy of their keys and values. Queries of a batch are
padded on the right, where a causal model never looks.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ._attention import Record, recording
from ._language import Language
from ._lazy import torch, transformers


@dataclass(frozen=True)
class Context:
    """Tokens that stand before every query, with their keys and values.

    Attributes:
        length: number of tokens.
        pairs: keys and values of every layer.
    """

    length: int
    pairs: tuple[tuple[Any, Any], ...] = ()


@dataclass(frozen=True)
class Query:
    """A prompt with the candidate answers behind it.

    Attributes:
        prompt: tokens of the prompt.
        answers: tokens of every verbaliser.
        label: index of the right one.
    """

    prompt: tuple[int, ...]
    answers: tuple[tuple[int, ...], ...]
    label: int


def encode_context(language: Language, tokens: Sequence[int]) -> Context:
    """Run the tokens through the model and keep their keys and values.

    Args:
        language: the model.
        tokens: begin token and demonstrations.
    """
    cache = transformers.DynamicCache(config=language.model.config)
    ids = torch.tensor([list(tokens)], device=language.device)
    with torch.no_grad():
        language.model.base_model(input_ids=ids, cache=cache, use_cache=True)
    return Context(len(tokens), tuple((layer.keys, layer.values) for layer in cache.layers))


def _copy(context: Context, batch: int, language: Language) -> Any:
    """A cache of the context for a batch; the model appends to the copy."""
    cache = transformers.DynamicCache(config=language.model.config)
    for layer, (keys, values) in enumerate(context.pairs):
        cache.update(keys.expand(batch, -1, -1, -1), values.expand(batch, -1, -1, -1), layer)
        # A sliding layer counts the tokens that it has seen, not those that it keeps.
        if hasattr(cache.layers[layer], "cumulative_length"):
            cache.layers[layer].cumulative_length = context.length
    return cache


def run_queries(
    language: Language,
    queries: Sequence[Query],
    context: Context | None = None,
    *,
    tangents: Mapping[str, Any] | None = None,
    shift: int = 0,
) -> tuple[Record, Any]:
    """Score the answers of a batch of queries, and record attention at two tokens of each.

    The recorded sequence is the prompt with its first candidate answer. Token 0 is the last of the prompt, token 1 the
    last of that answer. Columns of the maps are the query's own tokens.

    Args:
        language: the model.
        queries: the batch.
        context: what stands before; without it every query gets the begin token.
        tangents: changes of the weights; the model is then linearised around its weights and moved by them.
        shift: positions to add to the query's, its begin token excepted; only without a context.

    Returns:
        The record, and the log-probability of every answer, shape (query, answer), float64.
    """
    head = [] if context else [language.begin]
    first = len(head)
    ends = [first + len(query.prompt) - 1 for query in queries]
    rows = torch.tensor(
        [ends, [end + len(query.answers[0]) for end, query in zip(ends, queries, strict=True)]],
        device=language.device,
    )
    record = Record(rows, first)
    run = _Run(language, context, tangents, shift, head)
    with torch.no_grad(), recording(language.model, language.adapter, record):
        hidden = run([query.prompt + query.answers[0] for query in queries])
    scores = [run.score(hidden, queries, ends, 0)]
    for answer in range(1, len(queries[0].answers)):
        short = all(len(query.answers[answer]) == 1 for query in queries)
        if not short:
            with torch.no_grad():
                hidden = run([query.prompt + query.answers[answer] for query in queries])
        # The first token of an answer is predicted from the prompt alone, whatever stands behind it.
        scores.append(run.score(hidden, queries, ends, answer))
    return record, torch.stack(scores, -1)


@dataclass(frozen=True)
class _Run:
    """One setting of the model, applied to padded batches."""

    language: Language
    context: Context | None
    tangents: Mapping[str, Any] | None
    shift: int
    head: list[int]

    def __call__(self, sequences: Sequence[Sequence[int]]) -> Any:
        """Return the last hidden states (batch, position, width) of padded sequences."""
        rows = [[*self.head, *sequence] for sequence in sequences]
        longest = max(map(len, rows))
        language = self.language
        ids = torch.tensor(
            [row + [language.end] * (longest - len(row)) for row in rows], device=language.device
        )
        options: dict[str, Any] = {"input_ids": ids, "use_cache": self.context is not None}
        if self.context:
            options["cache"] = _copy(self.context, len(rows), language)
        if self.shift:
            positions = torch.arange(longest, device=language.device)
            positions[len(self.head) :] += self.shift
            options["position_ids"] = positions[None].expand(len(rows), -1)
            # Without a mask transformers takes a jump of positions for the start of another sequence.
            options["attention_mask"] = torch.ones_like(ids)
        body = language.model.base_model
        if self.tangents is None:
            return body(**options).last_hidden_state
        return _linearised_call(body, language, self.tangents, options)

    def score(self, hidden: Any, queries: Sequence[Query], ends: Sequence[int], answer: int) -> Any:
        """Return the log-probability of an answer for every query."""
        embedding = self.language.model.get_output_embeddings()
        total = torch.zeros(len(queries), dtype=torch.float64)
        with torch.no_grad():
            for i, (query, end) in enumerate(zip(queries, ends, strict=True)):
                tokens = torch.tensor(query.answers[answer], device=hidden.device)
                logits = embedding(hidden[i, end : end + len(tokens)]).double().log_softmax(-1)
                total[i] = logits.gather(1, tokens[:, None]).sum().cpu()
        return total


def _linearised_call(
    body: Any, language: Language, tangents: Mapping[str, Any], options: dict[str, Any]
) -> Any:
    """Hidden states of the first-order model: value plus directional derivative."""
    prefix = f"{language.model.base_model_prefix}."
    forward_mode = torch.autograd.forward_ad
    with forward_mode.dual_level():
        moved = duals(language, tangents)
        inner = {name.removeprefix(prefix): dual for name, dual in moved.items()}
        hidden = torch.func.functional_call(body, inner, (), options, tie_weights=False).last_hidden_state
        primal, tangent = forward_mode.unpack_dual(hidden)
        return primal if tangent is None else primal + tangent


def duals(language: Language, tangents: Mapping[str, Any]) -> dict[str, Any]:
    """Return dual tensors of the weights that move; inside a level of forward-mode differentiation."""
    weights = dict(language.model.named_parameters())
    make = torch.autograd.forward_ad.make_dual
    with warnings.catch_warnings():
        # The first dual tensor lets PyTorch load rules that it compiles in a way that it calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        return {name: make(weights[name].detach(), tangent) for name, tangent in tangents.items()}


@contextmanager
def moved(language: Language, change: Mapping[str, Any]) -> Iterator[None]:
    """Add a change to the weights while inside; the very same bits are put back at the end."""
    weights = dict(language.model.named_parameters())
    before = {name: weights[name].data for name in change}
    try:
        for name, difference in change.items():
            weights[name].data = before[name] + difference
        yield
    finally:
        for name, data in before.items():
            weights[name].data = data
