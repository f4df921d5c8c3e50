"""What a spec leaves to the files it names is filled in before the run gets its identity."""

import dataclasses
from typing import Any


def resolved(spec: Any) -> Any:
    """Let every part of a spec that reads files say what is in them.

    A part that reads files has a method `resolved()`, which returns it with the content's hash filled in: a run is
    what it reads, not where that lies.

    Args:
        spec: any spec, or a tuple of them.

    Returns:
        An equal spec where nothing is read.

    Raises:
        SpecError: a file is missing, or holds other content than the spec was made with.
    """
    if isinstance(spec, tuple):
        return tuple(resolved(item) for item in spec)
    if not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return spec
    own = getattr(spec, "resolved", None)
    if callable(own):
        return own()
    changes = {}
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        filled = resolved(value)
        if filled is not value and filled != value:
            changes[field.name] = filled
    return dataclasses.replace(spec, **changes) if changes else spec
