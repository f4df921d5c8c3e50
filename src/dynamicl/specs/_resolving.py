"""What a spec leaves to the files it names is filled in before the run gets its identity."""

import dataclasses
from typing import Any

from ._known import UNKNOWN, Known


def resolved(spec: Any, known: Known | None = None) -> Any:
    """Let every part of a spec that reads files say what is in them.

    A part that reads files has a method `resolved()`, which returns it with the content's hash filled in: a run is
    what it reads, not where that lies.

    Args:
        spec: any spec, or a tuple of them.
        known: parts that other specs share with it; their files are read once.

    Returns:
        An equal spec where nothing is read.

    Raises:
        SpecError: a file is missing, or holds other content than the spec was made with.
    """
    if isinstance(spec, tuple):
        items = tuple(resolved(item, known) for item in spec)
        # The same tuple where nothing is read, so that runs go on sharing their parts.
        return spec if all(item is before for item, before in zip(items, spec, strict=True)) else items
    if not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return spec
    if known is None:
        return _filled(spec, known)
    filled = known.recall(spec, "resolved")
    return known.keep(spec, "resolved", _filled(spec, known)) if filled is UNKNOWN else filled


def _filled(spec: Any, known: Known | None) -> Any:
    own = getattr(spec, "resolved", None)
    if callable(own):
        return own()
    changes = {}
    for field in dataclasses.fields(spec):
        value = getattr(spec, field.name)
        filled = resolved(value, known)
        if filled is not value and filled != value:
            changes[field.name] = filled
    return dataclasses.replace(spec, **changes) if changes else spec
