"""Bodies of uploads in one file: magic, CRC-32, then sequence number, length and bytes of each."""

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from graphsignal_mw.errors import SpoolError

_MAGIC = b"GSMW1\n"
_CRC = struct.Struct("<I")
_FRAME = struct.Struct("<QI")


class Body(NamedTuple):
    """One encoded upload and its sequence number."""

    seq: int
    data: bytes


def pack(bodies: Sequence[Body]) -> bytes:
    """Return the content of a spool file."""
    content = b"".join(_FRAME.pack(body.seq, len(body.data)) + body.data for body in bodies)
    return _MAGIC + _CRC.pack(zlib.crc32(content)) + content


def unpack(content: bytes) -> list[Body]:
    """Return the bodies of a spool file.

    Raises:
        SpoolError: when the file is cut short or damaged.

    """
    start = len(_MAGIC) + _CRC.size
    if content[: len(_MAGIC)] != _MAGIC or len(content) < start:
        raise SpoolError("not a spool file")
    (crc,) = _CRC.unpack_from(content, len(_MAGIC))
    if zlib.crc32(content[start:]) != crc:
        raise SpoolError("the checksum of the spool file does not match")
    bodies = []
    while start < len(content):
        seq, length = _FRAME.unpack_from(content, start)
        start += _FRAME.size + length
        bodies.append(Body(seq, content[start - length : start]))
    return bodies
