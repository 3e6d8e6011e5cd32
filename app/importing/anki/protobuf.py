"""The little of protobuf's wire format that Anki's packages need: fields of a message by number.

Format: protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Iterator

from app.errors import N_, UnreadableFile

BROKEN = N_("a part of this collection is damaged: its settings cannot be read")
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10

Value = int | bytes
Fields = dict[int, list[Value]]


def fields_of(data: bytes) -> Fields:
    """A message's fields by number, each with all its values. Raises UnreadableFile."""
    found: Fields = {}
    for number, value in walk(data):
        found.setdefault(number, []).append(value)
    return found


def walk(data: bytes) -> Iterator[tuple[int, Value]]:
    """A message's fields in order: number and value, an integer or the bytes. Raises UnreadableFile."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if kind == LENGTH:
            size, at = _varint(data, at)
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
        else:
            raise UnreadableFile(BROKEN)
        if size > end - at:
            raise UnreadableFile(BROKEN)
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + place + 1
    raise UnreadableFile(BROKEN)


def number(fields: Fields, key: int, default: int = 0) -> int:
    """The last value of a field of whole numbers, signed as int64."""
    value = fields.get(key, [default])[-1]
    if not isinstance(value, int):
        raise UnreadableFile(BROKEN)
    return value - 2**64 if value >= 2**63 else value


def message(fields: Fields, key: int) -> bytes:
    """The last value of a field of bytes or a message."""
    value = fields.get(key, [b""])[-1]
    if not isinstance(value, bytes):
        raise UnreadableFile(BROKEN)
    return value


def text(fields: Fields, key: int) -> str:
    """The last value of a field of text."""
    try:
        return message(fields, key).decode()
    except UnicodeDecodeError as error:
        raise UnreadableFile(BROKEN) from error


def floats(fields: Fields, key: int) -> list[float]:
    """All values of a field of floats, packed or not."""
    data = b"".join(value for value in fields.get(key, []) if isinstance(value, bytes))
    if len(data) % 4:
        raise UnreadableFile(BROKEN)
    return [value for (value,) in struct.iter_unpack("<f", data)]
