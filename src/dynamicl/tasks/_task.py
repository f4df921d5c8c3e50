"""What the engine asks of a task. A task of your own is an Equinox module with these members."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from dynamicl.models import Interface
from dynamicl.specs import check

from ._roles import Roles
from ._sequence import Sequence


@runtime_checkable
class Task(Protocol):
    """A distribution over sequences. Where the answer is not read at the last position, it has `readout: int`."""

    def batch(self, key: PRNGKeyArray, size: int) -> Sequence:
        """Draw `size` sequences: a pure function of the key."""
        ...

    def inputs(self, tokens: Any) -> Any:
        """Turn a sequence's tokens into the model's (gather vectors at the last moment)."""
        ...

    def describe(self, sequence: Sequence, index: int) -> list[dict[str, str]]:
        """Describe the tokens of one sequence for people: a list of `{"kind": "text" | "image", ...}`."""
        ...


@runtime_checkable
class TaskSpec(Protocol):
    """A frozen, registered dataclass that describes a task."""

    def prepare(self) -> dict[str, Task]:
        """Load data and build the training task (`train`, first) and the evaluators' tasks by name."""
        ...

    def bind(self, task: Any, world: PRNGKeyArray) -> Task:
        """Give a task this run's own values of the fields that vary, and draw what it draws once and for all.

        Args:
            task: one of those that `prepare` returned.
            world: random key of what is drawn before any sequence (class centres, tables of labels); a task that draws
                nothing of the kind does not look at it.
        """
        ...


EXAMPLES = 2
"""Sequences of the batch that sizes are read from: more than one, so that a task which ignores `size` is seen."""


def check_prepared(prepared: Any) -> None:
    """Refuse what a task spec's `prepare` must not return.

    Raises:
        SpecError: it is no mapping of tasks by name, or `train` is not the first of them.
    """
    check(
        isinstance(prepared, Mapping) and next(iter(prepared), None) == "train",
        f"`prepare` of the task returns {_shown(prepared)}: give a dict of tasks whose first is `train`",
    )


def _shown(prepared: Any) -> str:
    return f"the tasks {list(prepared)}" if isinstance(prepared, Mapping) else type(prepared).__name__


def interface_of(task: Any, bind: Callable[[Any], Task] = lambda task: task) -> Interface:
    """Return the sizes that a model for a task is built with, from the shapes of a batch. Nothing is computed.

    Args:
        task: as prepared, or bound.
        bind: gives a prepared task its run's own values and world.

    Raises:
        SpecError: `batch` does not return what is asked of it.
    """
    readouts: list[int] = []

    def example(key: PRNGKeyArray) -> tuple[Any, Any]:
        own = bind(task)
        readouts.append(getattr(own, "readout", -1))
        sequences = own.batch(key, EXAMPLES)
        _check_batch(sequences)
        return jax.vmap(own.inputs)(sequences.tokens), sequences.options

    tokens, options = jax.eval_shape(example, jax.random.key(0))
    first = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), tokens)
    return Interface(first, options.shape[-1], readouts[0])


def _check_batch(sequences: Any) -> None:
    """Refuse a batch of `EXAMPLES` sequences whose parts have other shapes or kinds than sequences have."""
    check(
        isinstance(sequences, Sequence),
        f"`batch` of the task returns {type(sequences).__name__}: give a `Sequence(tokens, target, options, roles)`",
    )
    target, options = sequences.target, sequences.options
    check(
        isinstance(sequences.roles, Roles),
        f"`roles` of the task's sequences is {type(sequences.roles).__name__}: give `Roles`",
    )
    check(
        target.shape == (EXAMPLES,) and jnp.issubdtype(target.dtype, jnp.integer),
        f"`target` of {EXAMPLES} of the task's sequences has shape {target.shape} and type {target.dtype}: give "
        f"integers of shape ({EXAMPLES},), one for each sequence that `batch` is asked for",
    )
    check(
        options.ndim == 2 and options.shape[0] == EXAMPLES and options.dtype == bool,
        f"`options` of {EXAMPLES} of the task's sequences has shape {options.shape} and type {options.dtype}: give "
        f"booleans of shape ({EXAMPLES}, outputs)",
    )
    for name, part in (("tokens", sequences.tokens), ("roles", sequences.roles)):
        for leaf in jax.tree.leaves(part):
            check(
                leaf.shape[:1] == (EXAMPLES,),
                f"`{name}` of {EXAMPLES} of the task's sequences holds an array of shape {leaf.shape}: its first axis "
                f"is the sequences, {EXAMPLES} of them here",
            )
