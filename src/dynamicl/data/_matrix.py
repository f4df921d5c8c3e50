"""A matrix of a language model, such as its token embeddings, out of a safetensors or GGUF file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from dynamicl.files import check_size

from ._messages import nearest

MATRIX_ENDINGS = (".safetensors", ".gguf")
EMBEDDINGS = (
    "token_embd.weight",
    "embedding.weight",
    "embeddings.word_embeddings.weight",
    "model.embed_tokens.weight",
    "embeddings",
)
"""Names that token embeddings go by; the first that a file holds is read where none is given."""


def read_matrix(path: Path, key: str = "") -> Float32[np.ndarray, "row column"]:
    """Read one matrix; quantised ones are made float32.

    Args:
        path: a .safetensors or .gguf file. GGUF needs the package `gguf` (the extra `lm`).
        key: name of the matrix; empty for the token embeddings, under one of `EMBEDDINGS`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: another ending, a file that cannot be read, no such matrix, another rank, values that are not
            finite.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"`path` {str(path)!r} does not exist: give the file that holds a model's weights"
        )
    endings = {".safetensors": _safetensors, ".gguf": _gguf}
    if path.suffix.lower() not in endings:
        raise ValueError(f"`path` {str(path)!r} has an unknown ending: give .safetensors or .gguf")
    matrix = np.asarray(endings[path.suffix.lower()](path, key), np.float32)
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(
            f"`key` {key!r} of {str(path)!r} has shape {matrix.shape}: token embeddings have two axes (token, feature)"
        )
    bad = np.argwhere(~np.isfinite(matrix))
    if len(bad):
        raise ValueError(
            f"{str(path)!r} holds {len(bad)} values that are not finite, the first at (token, feature) "
            f"{tuple(bad[0].tolist())}: mend the file"
        )
    return matrix


def _name(path: Path, key: str, names: Sequence[str]) -> str:
    """Return the name of the matrix that is meant."""
    if key:
        if key not in names:
            raise ValueError(f"{str(path)!r} has no matrix {key!r}: {nearest(key, names)}")
        return key
    known = [name for name in EMBEDDINGS if name in names]
    if not known:
        raise ValueError(
            f"{str(path)!r} has none of {', '.join(EMBEDDINGS)}: name its token embeddings with `key`; "
            f"{nearest('', names)}"
        )
    return known[0]


def _safetensors(path: Path, key: str) -> np.ndarray:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as content:
            name = _name(path, key, list(content.keys()))
            piece = content.get_slice(name)
            check_size(name, tuple(piece.get_shape()), 4)
            return np.asarray(content.get_tensor(name))
    except (SafetensorError, OSError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"`path` {str(path)!r} cannot be read ({reason}): it is damaged, or holds a type that NumPy "
            "has not, such as bfloat16; save it as float32"
        ) from error


def _gguf(path: Path, key: str) -> np.ndarray:
    try:
        import gguf
    except ImportError as error:
        raise ValueError("reading GGUF files needs the package `gguf`: pip install 'dynamicl[lm]'") from error
    try:
        tensors = {str(tensor.name): tensor for tensor in gguf.GGUFReader(path).tensors}
    except (OSError, ValueError, IndexError, KeyError, EOFError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"`path` {str(path)!r} cannot be read ({reason}): it is damaged") from error
    tensor = tensors[_name(path, key, list(tensors))]
    check_size(str(tensor.name), tuple(int(size) for size in tensor.shape), 4)
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type)
