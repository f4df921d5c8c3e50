"""Models that compute only the row that reaches the output, and the same models with every row."""

import dataclasses
from typing import Any

import equinox as eqx

ALL_ROWS = "all_rows"
"""The field of a model whose last layer computes the read-out row alone unless it is true."""


def with_all_rows(model: Any) -> Any:
    """Return the same model computing every row of its last layer, wherever in it that layer lies.

    A model with a field `all_rows` has it set, and so has one that another model holds (`Images.body`); models of other
    kinds come back as they are.
    """
    if not isinstance(model, eqx.Module):
        return model
    own = {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}
    changed = {name: True if name == ALL_ROWS else with_all_rows(value) for name, value in own.items()}
    if all(changed[name] is value for name, value in own.items()):
        return model
    copy: Any = object.__new__(type(model))
    for name, value in changed.items():
        object.__setattr__(copy, name, value)
    return copy
