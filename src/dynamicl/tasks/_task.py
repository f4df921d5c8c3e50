"""What the engine asks of a task. A task of your own is an Equinox module with these members."""

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import jax
from jaxtyping import PRNGKeyArray

from dynamicl.models import Interface

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


def interface_of(task: Any, bind: Callable[[Any], Task] = lambda task: task) -> Interface:
    """Return the sizes that a model for a task is built with, from the shapes of a batch. Nothing is computed.

    Args:
        task: as prepared, or bound.
        bind: gives a prepared task its run's own values and world.
    """
    readouts: list[int] = []

    def example(key: PRNGKeyArray) -> tuple[Any, Any]:
        own = bind(task)
        readouts.append(getattr(own, "readout", -1))
        sequences = own.batch(key, 1)
        return jax.vmap(own.inputs)(sequences.tokens), sequences.options

    tokens, options = jax.eval_shape(example, jax.random.key(0))
    first = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), tokens)
    return Interface(first, options.shape[-1], readouts[0])
