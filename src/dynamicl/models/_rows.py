"""Models that compute only the row that reaches the output, and the same models with every row."""

import dataclasses
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class LastRowOnly(Protocol):
    """A model whose last layer computes the read-out row alone unless `all_rows` says otherwise."""

    all_rows: bool


def with_all_rows(model: Any) -> Any:
    """Return the same model computing every row of its last layer; models of other kinds come back as they are."""
    if not (isinstance(model, LastRowOnly) and dataclasses.is_dataclass(model)):
        return model
    kind: Any = type(model)
    copy = object.__new__(kind)
    for field in dataclasses.fields(kind):
        object.__setattr__(copy, field.name, True if field.name == "all_rows" else getattr(model, field.name))
    return copy
