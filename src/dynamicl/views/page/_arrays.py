"""Arrays as text: base64 of float32, float16 or quantised uint8, deflated where that pays.

Attention weights keep 1/254 of their range (0.004), head measures three digits, metrics all of float32.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Hashable

import numpy as np

FLOAT16_REACH = 6e4
DEFLATE_FROM = 4096


def pack(values: np.ndarray, dims: tuple[Hashable, ...], kind: str) -> dict:
    """Encode one array for the page.

    Args:
        values: any real array; NaN stands for "not recorded".
        dims: names of its axes.
        kind: `exact` (float32), `measure` (float16 where that reaches) or `weight` (uint8).

    Returns:
        A JSON-able record `{dims, shape, dtype, data, deflated}`, with `low` and `high` for uint8; and with `runs`,
        the indices of those that have any of it, where not all have.
    """
    # What is beyond float32 becomes infinite, and is drawn as not recorded.
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(values, dtype=np.float32)
    record: dict = {"dims": [str(dim) for dim in dims]}
    if record["dims"][:1] == ["run"]:
        some = np.isfinite(values).reshape(len(values), -1).any(axis=1)
        if some.any() and not some.all():
            record["runs"], values = np.flatnonzero(some).tolist(), values[some]
    record["shape"] = list(values.shape)
    if kind == "weight":
        raw, record["low"], record["high"] = _quantise(values)
        record["dtype"] = "uint8"
    else:
        half = kind == "measure" and not np.any(np.abs(values[np.isfinite(values)]) > FLOAT16_REACH)
        record["dtype"] = "float16" if half else "float32"
        raw = values.astype("<f2" if half else "<f4").tobytes()
    small = zlib.compress(raw, 6) if len(raw) >= DEFLATE_FROM else raw
    record["deflated"] = len(small) < 0.9 * len(raw)
    record["data"] = base64.b64encode(small if record["deflated"] else raw).decode("ascii")
    return record


def _quantise(values: np.ndarray) -> tuple[bytes, float, float]:
    known = np.isfinite(values)
    low = float(min(0.0, values[known].min())) if known.any() else 0.0
    high = float(max(1.0, values[known].max())) if known.any() else 1.0
    levels = np.rint((np.where(known, values, low) - low) / (high - low) * 254)
    return np.where(known, levels, 255).astype(np.uint8).tobytes(), low, high
