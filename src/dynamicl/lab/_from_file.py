"""Runs that start from the weights in a file: part of what the run is, by the file's content."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from jaxtyping import PRNGKeyArray

from dynamicl.files import content_at
from dynamicl.models import Interface
from dynamicl.specs import check, register
from dynamicl.store import load_weights

from ._conventions import OWN, Convention, with_weights


@register("from-file")
@dataclass(frozen=True)
class FromFile:
    """Describe a model that starts with the weights in a safetensors file, whatever the seed.

    Put it where a model's spec goes: `RunSpec(task, FromFile(TransformerSpec(layers=2), "weights.safetensors"))`.

    Attributes:
        model: spec of the network: every array of the file must have its place in it, and none may be lacking.
        path: the file.
        convention: how its weights are kept.
        content: hash of what lies at `path`, filled in when the run is named: a run is what it reads.
    """

    model: Any
    path: str
    convention: Convention = OWN
    content: str = ""

    def check(self) -> None:
        """Raise `SpecError` for what names no model or file."""
        check(
            callable(getattr(self.model, "build", None)),
            f"`model.model` is {self.model!r}: give the spec of the network that the weights belong to",
        )
        check(bool(self.path), "`model.path` is empty: name the safetensors file")

    def resolved(self) -> "FromFile":
        """Say in full what is read: where it lies from any folder, and the hash of its content.

        Raises:
            SpecError: it cannot be read, or is not what the spec was made with.
        """
        found = content_at(self.path, "model.path", self.content, "name a safetensors file")
        return dataclasses.replace(self, path=found.place, content=found.digest)

    def build(self, interface: Interface, key: PRNGKeyArray) -> Any:
        """Build the network for a task's interface, with the file's weights."""
        arrays, _ = load_weights(self.path)
        return with_weights(self.model.build(interface, key), arrays, self.convention)
