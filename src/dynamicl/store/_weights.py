"""Weights in and out as safetensors: the format other tools read, which cannot carry code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from dynamicl.files import user_path, write_atomically

from ._arrays import decode, encode
from ._errors import StoreError, write_failure


def save_weights(path: str | Path, arrays: Mapping[str, ArrayLike], metadata: Mapping[str, Any] = {}) -> None:
    """Write arrays as one safetensors file, or leave the path as it was.

    Args:
        path: the file; one that exists is replaced.
        arrays: by parameter name; numbers, booleans or bfloat16.
        metadata: text by name (spec, step, versions, ...).

    Raises:
        StoreError: an array or the metadata cannot be kept, or the disk refuses.
    """
    path = user_path(path)
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise StoreError(
                f"`metadata[{name!r}]` is {value!r}; safetensors keeps text: give `json.dumps` of it"
            )
    plain = {name: decode(encode(name, value)) for name, value in arrays.items()}
    try:
        content = save(plain, dict(metadata) or None)
    except (SafetensorError, KeyError, ValueError) as error:
        raise StoreError(
            f"`arrays` cannot be kept as safetensors ({error}); give numbers or booleans"
        ) from error
    try:
        write_atomically(path, content)
    except OSError as error:
        raise write_failure(
            error, f"weights to {path}", "a file that was there before is unchanged"
        ) from error


def load_weights(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a safetensors file.

    Args:
        path: the file.

    Returns:
        Arrays by parameter name, and the metadata.

    Raises:
        StoreError: there is no such file, or it is something else.
    """
    path = user_path(path)
    if not path.is_file():
        raise StoreError(f"there are no weights at {path}; give the path of a .safetensors file")
    try:
        with safe_open(path, framework="numpy") as opened:
            names = list(opened.keys())
            return {name: _tensor(opened, name, path) for name in names}, opened.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise StoreError(
            f"{path} is not a whole safetensors file ({error}); export it again; pickled weights "
            "(.pt, .pth, .bin, .ckpt) are never opened: convert them with safetensors where they were made"
        ) from error


def _tensor(opened: Any, name: str, path: Path) -> np.ndarray:
    """Read one tensor; NumPy has no type for some that the format has (8-bit floats)."""
    try:
        return opened.get_tensor(name)
    except (SafetensorError, OSError):
        raise
    except Exception as error:
        # Whatever the format has and NumPy lacks shows itself as an error of its own.
        kind = opened.get_slice(name).get_dtype()
        raise StoreError(
            f"tensor `{name}` of {path} has type {kind}, which cannot be read here; save it as float32 or bfloat16"
        ) from error
