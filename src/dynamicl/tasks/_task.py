"""What the engine asks of a task. A task of your own is an Equinox module with these members."""

from typing import Any, Protocol, runtime_checkable

from jaxtyping import PRNGKeyArray

from dynamicl.models import Interface

from ._sequence import Sequence


@runtime_checkable
class Task(Protocol):
    """A distribution over sequences."""

    @property
    def interface(self) -> Interface:
        """Sizes that the model is built with."""
        ...

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

    def bind(self, task: Task) -> Task:
        """Give a task this run's own values of the fields that vary; values may be traced."""
        ...
