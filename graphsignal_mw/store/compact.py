"""Compaction: windows that got uploads are computed anew from their base and parts, never added to in place."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, delete, select, update

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.rows import clear_window, write_window
from graphsignal_mw.store.span import WindowKey
from graphsignal_mw.wire import Part, pack_part, part_to_stats, stats_to_part, unpack_part

logger = logging.getLogger(__name__)

_AT_ONCE = 16  # windows in one transaction: few enough that an upload does not wait for long
_MOST_COUNTERS, _MOST_METADATA = 500, 20
_POISON = (WireError, msgspec.ValidationError, OverflowError, ValueError)

Computed = tuple[WindowKey, int, Part | None]


class Compaction(Database):
    """Windows computed from what was uploaded."""

    def compact(self, limit: int = 200) -> int:
        """Compute up to ``limit`` windows anew and return how many there were."""
        with self.read() as connection:
            query = select(schema.dirty).order_by(schema.dirty.c.project, schema.dirty.c.deployment).limit(limit)
            marks = [(_key(row), int(row["token"])) for row in connection.execute(query).mappings()]
        for start in range(0, len(marks), _AT_ONCE):
            self._compute(marks[start : start + _AT_ONCE])
        return len(marks)

    def _compute(self, marks: Sequence[tuple[WindowKey, int]]) -> None:
        # Computed outside the writing transaction: uploads go on meanwhile, and change the token.
        with self.read() as connection:
            computed: list[Computed] = [(key, token, recompute(connection, key)) for key, token in marks]
        with self.write() as connection:
            for key, token, part in computed:
                _replace(connection, key, token, part)
            _touch(connection, [key for key, _, _ in computed])


def recompute(connection: Connection, key: WindowKey) -> Part | None:
    """Return what base and parts of a window say together.

    None when they cannot be merged: what passed the gate should, and one such window must not stop the others.
    """
    try:
        merged = _bounded(_merge(connection, key))
        # Sums may leave the bounds of the wire: what is written must be readable.
        return unpack_part(pack_part(stats_to_part(key.deployment, key.version, key.bucket, merged)))
    except _POISON:
        logger.exception("%s cannot be computed; its parts are kept", key)
        return None


def _merge(connection: Connection, key: WindowKey) -> WindowStats:
    stats = WindowStats()
    base = connection.execute(select(schema.bases.c.data).where(key.of(schema.bases))).scalars()
    table = schema.parts
    order = (table.c.boot_id, table.c.seq, table.c.position)
    kept = connection.execute(select(table.c.data).where(key.of(table)).order_by(*order)).scalars()
    for data in (*base, *kept):
        stats.merge(part_to_stats(unpack_part(data)), fill=True)
    return stats


def _bounded(stats: WindowStats) -> WindowStats:
    """Keep as many counters and metadata as one part may have: many processes may each bring others."""
    stats.counters = Counter(dict(stats.counters.most_common(_MOST_COUNTERS)))
    stats.metadata = dict(list(stats.metadata.items())[-_MOST_METADATA:])
    return stats


def _replace(connection: Connection, key: WindowKey, token: int, part: Part | None) -> None:
    """Write a window, unless an upload came since it was computed: then it is computed again."""
    done = connection.execute(delete(schema.dirty).where(key.of(schema.dirty), schema.dirty.c.token == token))
    if done.rowcount and part is not None:
        clear_window(connection, key)
        write_window(connection, key, part)


def _touch(connection: Connection, keys: Iterable[WindowKey]) -> None:
    table, now = schema.deployments, time.time()
    for project, name in sorted({(key.project, key.deployment) for key in keys}):
        condition = (table.c.project == project, table.c.name == name)
        connection.execute(update(table).where(*condition).values(computed_at=now))


def _key(row: RowMapping) -> WindowKey:
    return WindowKey(**{name: row[name] for name in WindowKey._fields})
