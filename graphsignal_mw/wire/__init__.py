"""The wire: what one process uploads for its windows (FORMAT.md), shared by client and server."""

from graphsignal_mw.wire.align import TOLERATED, aligned
from graphsignal_mw.wire.codec import (
    CONTENT_TYPE,
    JSON_TYPES,
    MAX_COMPRESSED,
    MAX_INFLATED,
    decode,
    encode,
    inflate,
    pack_part,
    read,
    unpack_part,
)
from graphsignal_mw.wire.convert import part_to_stats, stats_to_part
from graphsignal_mw.wire.schema import SCHEMA_VERSION, Envelope, Part

__all__ = [
    "CONTENT_TYPE",
    "JSON_TYPES",
    "MAX_COMPRESSED",
    "MAX_INFLATED",
    "SCHEMA_VERSION",
    "TOLERATED",
    "Envelope",
    "Part",
    "aligned",
    "decode",
    "encode",
    "inflate",
    "pack_part",
    "part_to_stats",
    "read",
    "stats_to_part",
    "unpack_part",
]
