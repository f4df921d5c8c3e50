"""From examples to tokens: demonstrations, queries, answers, and what fits into the context."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dynamicl.specs import check

from ._language import Language
from ._tasks import Example, Task


@dataclass(frozen=True)
class Demonstrations:
    """What a model learns a task from, in context or by training.

    Attributes:
        examples: in their order.
        held_out: further examples, never shown and never trained on.
        requested: number that was asked for; fewer fit where `len(examples)` is smaller.
    """

    examples: tuple[Example, ...]
    held_out: tuple[Example, ...]
    requested: int


def answers(language: Language, task: Task) -> list[list[int]]:
    """Return the tokens of every verbaliser, with a space before it.

    Raises:
        SpecError: two verbalisers cannot be told apart.
    """
    tokens = [language.encode(f" {word}") for word in task.verbalisers]
    for i, one in enumerate(tokens):
        for j, other in enumerate(tokens):
            check(
                i == j or one != other[: len(one)],
                f"`task.verbalisers` has {task.verbalisers[i]!r} and {task.verbalisers[j]!r}, whose tokens {one} and "
                f"{other} begin alike: choose words of which none begins another's tokens",
            )
    return tokens


def draw_demonstrations(
    language: Language,
    task: Task,
    pool: Sequence[Example],
    k: int,
    *,
    seed: int,
    longest_query: int,
    limit: int,
    held_out: int = 0,
) -> Demonstrations:
    """Choose and order demonstrations by a seed; as many as the context holds.

    Args:
        language: model and tokenizer.
        task: the task.
        pool: examples to draw from.
        k: number wanted.
        seed: of the shuffle.
        longest_query: tokens of the longest query with its answer.
        limit: tokens that the context may have; the model's own limit if that is smaller.
        held_out: further examples to set aside.

    Raises:
        SpecError: the pool is too small, or not one demonstration fits.
    """
    check(k >= 1, f"`k` is {k}: give at least one demonstration")
    check(
        k + held_out <= len(pool),
        f"`k` is {k} and {held_out} examples are held out, but the pool has {len(pool)}: ask for fewer",
    )
    order = np.random.default_rng(seed).permutation(len(pool))
    shuffled = [pool[i] for i in order[: k + held_out]]
    room = min(limit, language.limit) - longest_query
    fitting = 0
    length = 1
    for example in shuffled[:k]:
        length += len(demonstration_tokens(language, task, example)) + 1
        if length > room:
            break
        fitting += 1
    check(
        fitting > 0,
        f"`k` is {k}, but not one demonstration fits: the context has {min(limit, language.limit)} tokens, the longest "
        f"query takes {longest_query}, the first demonstration {length}: shorten the texts or raise `limit`",
    )
    return Demonstrations(tuple(shuffled[:fitting]), tuple(shuffled[k:]), k)


def switched(examples: Sequence[Example], classes: int) -> tuple[Example, ...]:
    """Give every example the next label instead of its own; with two classes that exchanges them."""
    return tuple(replace(example, label=(example.label + 1) % classes) for example in examples)


def demonstration_tokens(language: Language, task: Task, example: Example) -> list[int]:
    """Return the tokens of prompt and answer."""
    return language.encode(example.prompt) + language.encode(f" {task.verbalisers[example.label]}")


def context_tokens(language: Language, task: Task, examples: Sequence[Example]) -> list[int]:
    """Return the begin token, then every demonstration with the end token behind it."""
    tokens = [language.begin]
    for example in examples:
        tokens += [*demonstration_tokens(language, task, example), language.end]
    return tokens


def training_sequences(language: Language, task: Task, examples: Sequence[Example]) -> list[list[int]]:
    """Return a sequence for each example: begin token, prompt, answer."""
    return [[language.begin, *demonstration_tokens(language, task, example)] for example in examples]


def unrelated_tokens(language: Language, length: int, *, seed: int) -> list[int]:
    """Return the begin token and text that has nothing to do with any task: Python's own help pages.

    Args:
        language: model and tokenizer.
        length: tokens wanted, the begin token included.
        seed: decides which pages.
    """
    from pydoc_data.topics import topics  # every Python has them

    names: Any = np.random.default_rng(seed).permutation(sorted(topics))
    tokens = [language.begin]
    for name in names:
        if len(tokens) >= length:
            break
        tokens += language.encode(" ".join(topics[name].split()) + "\n")
    return tokens[:length]
