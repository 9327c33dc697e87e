"""Windows computed: what bases and parts say together."""

import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.moments import MOST
from graphsignal_mw.store import schema
from graphsignal_mw.store.accumulate import added_up
from graphsignal_mw.store.span import UPLOADED, WindowKey
from graphsignal_mw.wire import Part, pack_part, part_to_stats, stats_to_part, unpack_part

logger = logging.getLogger(__name__)

# Of a part: what it says, and its place among others.
_PART: tuple[Any, ...] = tuple(schema.parts.c[name] for name in ("data", "boot_id", "seq", "position"))
_MOST_COUNTERS, _MOST_METADATA = 500, 20
_POISON = (WireError, msgspec.MsgspecError, zlib.error, OverflowError, ValueError)


class UnmergeableError(Exception):
    """What passed the gate should merge, and one window that does not must not stop the others."""


def read_data(connection: Connection, key: WindowKey) -> list[bytes]:
    """Return base and parts of a window; an empty base says nothing (settle.py)."""
    base = connection.execute(select(schema.bases.c.data).where(key.of(schema.bases))).scalars()
    kept = connection.execute(select(*_PART).where(key.of(schema.parts)))
    return [*filter(None, base), *_in_order(kept)]


def take_data(connection: Connection, key: WindowKey) -> list[bytes]:
    """Delete base and parts of a window and return just what was deleted, whatever comes meanwhile."""
    base = connection.execute(delete(schema.bases).where(key.of(schema.bases)).returning(schema.bases.c.data)).scalars()
    return [*filter(None, base), *take_parts(connection, key)]


def take_parts(connection: Connection, key: WindowKey) -> list[bytes]:
    """Delete the parts of a window and return them."""
    return _in_order(connection.execute(delete(schema.parts).where(key.of(schema.parts)).returning(*_PART)))


def merged(key: WindowKey, data: Iterable[bytes]) -> Part:
    """Return what ``data`` say together.

    In a window, a column that one of them lacks was missing there; in an hour or a day it came up later.

    Raises:
        UnmergeableError: they cannot be merged.

    """
    try:
        found = (part_to_stats(unpack_part(each)) for each in data)
        stats = added_up(found, fill=key.level == UPLOADED)
        return _written(stats_to_part(key.deployment, key.version, key.bucket, _bounded(stats)))
    except _POISON as error:
        logger.exception("%s cannot be computed; its parts are kept", key)
        raise UnmergeableError(str(error)) from error


def fold(connection: Connection, keys: Sequence[WindowKey], target: WindowKey) -> Part | None:
    """Make bases and parts of windows the base of one and return what it says; None when there is nothing.

    Raises:
        UnmergeableError: they cannot be merged. The transaction is to be rolled back.

    """
    taken = [(key, take_data(connection, key)) for key in keys]
    parts = [merged(key, data) for key, data in taken if data]
    if not parts:
        return None
    part = merged(target, map(pack_part, parts)) if len(keys) > 1 else parts[0]
    connection.execute(schema.bases.insert(), {**target._asdict(), "data": pack_part(part)})
    return part


def _written(part: Part) -> Part:
    """Return a part as it is when it has been written: readable, its counts ended where those of the wire end."""
    packed = pack_part(part)
    try:
        return unpack_part(packed)
    except msgspec.ValidationError:
        return unpack_part(msgspec.msgpack.encode(_ended(msgspec.msgpack.decode(packed))))


def _ended(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _ended(each) for name, each in found.items()}
    if isinstance(found, list):
        return [_ended(each) for each in found]
    return min(found, MOST) if isinstance(found, int) else found


def _in_order(rows: Iterable[Row[Any]]) -> list[bytes]:
    return [row[0] for row in sorted(rows, key=lambda row: tuple(row[1:]))]


def _bounded(stats: WindowStats) -> WindowStats:
    """Keep as many counters and metadata as one part may have: many processes may each bring others."""
    stats.counters = Counter(dict(stats.counters.most_common(_MOST_COUNTERS)))
    stats.metadata = dict(list(stats.metadata.items())[-_MOST_METADATA:])
    return stats
