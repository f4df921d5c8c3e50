"""What a Zarr array's metadata may ask for: known codecs, and no more bytes than there are.

Zarr's format 2 can name codecs that unpickle, which is to run code; format 3 keeps a registry that any installed
package may add to. So format 2 is never opened, and an array's codecs are looked at before its first chunk is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dynamicl.specs import SpecError

from ._memory import free_memory

CODECS = frozenset(["bytes", "blosc", "crc32c", "gzip", "sharding_indexed", "transpose", "vlen-utf8", "zstd"])
"""Codecs of Zarr's own that turn bytes into numbers or text and nothing else."""
COMPRESSED = frozenset(["blosc", "gzip", "sharding_indexed", "zstd"])
SHARE = 0.5
"""Of the free memory that one array may take: it is copied once on its way to the device."""
FORMAT_2 = frozenset([".zarray", ".zgroup", ".zmetadata"])


def check_codecs(name: str, codecs: Iterable[Mapping[str, Any]]) -> bool:
    """Refuse codecs that are not Zarr's own, before any chunk is decoded.

    Args:
        name: of the array.
        codecs: as in the array's metadata: `name` and `configuration`.

    Returns:
        Whether the chunks are compressed, so that a small file may hold a large array.

    Raises:
        SpecError: an unknown codec.
    """
    names = list(_names(codecs))
    unknown = sorted({codec for codec in names if codec not in CODECS})
    if unknown:
        raise SpecError(
            f"array {name!r} is kept with the codec {unknown[0]!r}, which is not opened: codecs may run code; save it "
            f"with one of {', '.join(sorted(CODECS))}"
        )
    return bool(COMPRESSED.intersection(names))


def check_size(name: str, shape: Sequence[int], itemsize: int, in_file: int | None = None) -> int:
    """Hold the size that an array claims against its file and the memory, before it is allocated.

    Args:
        name: of the array.
        shape: as it claims.
        itemsize: bytes of a number.
        in_file: bytes of the file, if it is not compressed.

    Returns:
        The bytes that it will take.

    Raises:
        SpecError: it cannot be meant, or does not fit.
    """
    claimed = math.prod(int(size) for size in shape) * itemsize
    if in_file is not None and claimed > in_file:
        raise SpecError(
            f"array {name!r} claims {claimed:,} bytes in a file of {in_file:,}: the file is damaged or was made up"
        )
    room = int(SHARE * free_memory())
    if claimed > room:
        raise SpecError(
            f"array {name!r} claims {claimed / 2**30:.1f} GiB and {room / 2**30:.1f} GiB are free for it: give a "
            "smaller file, or free some memory"
        )
    return claimed


def _names(codecs: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for codec in codecs:
        yield str(codec.get("name"))
        configuration = codec.get("configuration") or {}
        for inner in ("codecs", "index_codecs"):
            yield from _names(configuration.get(inner) or ())
