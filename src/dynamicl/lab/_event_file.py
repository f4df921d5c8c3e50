"""TensorBoard's event files: records of a length, a checksum and a small protocol buffer, written by hand.

Only numbers over steps are written, which takes four fields; the package `tensorboard` is not needed for it.
"""

import secrets
import struct
import time
from collections.abc import Mapping
from pathlib import Path

from dynamicl.files import make_folder

VERSION = "brain.Event:2"
POLYNOMIAL = 0x82F63B78
"""Of CRC-32C, bits reversed."""
DOUBLE, VARINT, BYTES, FLOAT = 1, 0, 2, 5
"""Wire types of the fields of a protocol buffer."""


class EventFile:
    """One file of numbers over steps, opened for each record and never kept open."""

    def __init__(self, folder: Path):
        """Begin a file.

        Args:
            folder: of the run; made where there is none. What lies there stays: TensorBoard reads all files of a run.
        """
        make_folder(folder)
        self.path = folder / f"events.out.tfevents.{time.time():.0f}.{secrets.token_hex(4)}"
        self._append(_field(3, BYTES, VERSION.encode()))

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Add numbers at a step.

        Args:
            step: in updates.
            values: by tag.
        """
        summary = b"".join(_field(1, BYTES, _value(tag, number)) for tag, number in values.items())
        self._append(_field(2, VARINT, step) + _field(5, BYTES, summary))

    def _append(self, fields: bytes) -> None:
        event = _field(1, DOUBLE, time.time()) + fields
        length = struct.pack("<Q", len(event))
        with self.path.open("ab") as stream:
            stream.write(length + masked_checksum(length) + event + masked_checksum(event))


def masked_checksum(content: bytes) -> bytes:
    """Return the checksum of a record's part: CRC-32C, turned and shifted as the format wants it.

    >>> masked_checksum(b"123456789").hex()
    'e5b08ac7'
    """
    checksum = 0xFFFFFFFF
    for byte in content:
        checksum = _TABLE[(checksum ^ byte) & 0xFF] ^ (checksum >> 8)
    checksum ^= 0xFFFFFFFF
    masked = ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return struct.pack("<I", masked)


def _value(tag: str, number: float) -> bytes:
    return _field(1, BYTES, tag.encode()) + _field(2, FLOAT, number)


def _field(number: int, kind: int, value: int | float | bytes) -> bytes:
    head = _varint(number << 3 | kind)
    if isinstance(value, bytes):
        return head + _varint(len(value)) + value
    if kind == VARINT:
        return head + _varint(int(value))
    return head + struct.pack("<d" if kind == DOUBLE else "<f", value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _table()
