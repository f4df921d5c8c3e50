"""A trajectory held against what the page reads, before any of it is believed: it may have come out of any file."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
import xarray as xr

from dynamicl.files import convert
from dynamicl.specs import SpecError, check

from ._records import json_safe

INTEGERS, NUMBERS, TEXTS = "iu", "iuf", "UTO"
KINDS = {
    "run": TEXTS,
    "evaluator": TEXTS,
    "query_role": TEXTS,
    "key_role": TEXTS,
    "role": TEXTS,
    "source": TEXTS,
    "target": TEXTS,
    "step": INTEGERS,
    "checkpoint": INTEGERS,
    "layer": INTEGERS,
    "head": INTEGERS,
    "sequences": NUMBERS,
    "diverged_at": NUMBERS,
    "spec": TEXTS,
    "status": TEXTS,
    "example_tokens": TEXTS,
    "example_target": TEXTS,
}
"""Kinds of values, as NumPy names them, by variable."""
WORDS = {INTEGERS: "whole numbers", NUMBERS: "numbers", TEXTS: "text"}
OF_RUNS = ("spec", "status", "diverged_at")
REMEDY = "give it as `open_trajectory(...).dataset` has it, or leave it out"


class Said(msgspec.Struct):
    """Attributes of a trajectory that the page computes with; others are shown as text."""

    batch: Annotated[int, msgspec.Meta(ge=1, le=2**31)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0


def checked(dataset: xr.Dataset) -> xr.Dataset:
    """Hold a trajectory against what the page reads.

    Args:
        dataset: of a trajectory; any variable may be missing.

    Returns:
        The same.

    Raises:
        SpecError: a variable or attribute is of another kind, or names something twice.
    """
    for name, kinds in KINDS.items():
        if name in dataset.variables:
            _check_variable(name, dataset[name].variable, kinds)
    for name in OF_RUNS:
        dims = dataset[name].dims if name in dataset.variables else ("run",)
        check(dims == ("run",), f"`{name}` of the trajectory has the dimensions {dims}: give one value a run")
    for name, index in dataset.indexes.items():
        check(index.is_unique, f"`{name}` of the trajectory names something twice: keep one of each")
    numbers = {name: dataset.attrs[name] for name in Said.__struct_fields__ if name in dataset.attrs}
    convert(json_safe(numbers), Said, "an attribute of the trajectory", REMEDY)
    return dataset


def _check_variable(name: str, variable: xr.Variable, kinds: str) -> None:
    # What is by run and step has gaps where runs were recorded at different steps; the page counts in steps there.
    gaps = variable.ndim == 1 and variable.dtype.kind == "f" and not np.isfinite(variable.values).all()
    if variable.dtype.kind not in kinds or gaps:
        got = "not finite" if gaps else f"of type {variable.dtype}"
        raise SpecError(f"`{name}` of the trajectory is {got}, where the page reads {WORDS[kinds]}: {REMEDY}")
