"""Settled windows: counts and moments stay with the window, sketches are with the hour that it is part of.

So are hours with their day. What is uploaded later is added to both, in the transaction in which it stops to be a part
that waits. The base of a settled window is empty: what it was made of is in the base of the coarser one.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from graphsignal_mw.store import schema
from graphsignal_mw.store.merge import merged, take_data
from graphsignal_mw.store.outlines import add_outline, keep_outline
from graphsignal_mw.store.rows import clear_scalars, clear_sketches, scalar_rows, sketch_rows, write_rows
from graphsignal_mw.store.scalars import Windows, add_scalars
from graphsignal_mw.store.span import DAY, HOUR, UPLOADED, Span, WindowKey
from graphsignal_mw.wire import Part, pack_part, part_to_stats, stats_to_part

SETTLED = b""
COARSER = {UPLOADED: HOUR, HOUR: DAY}


def coarser(key: WindowKey) -> WindowKey:
    """Return the hour that a window is part of, or the day of an hour."""
    level = COARSER[key.level]
    return key._replace(level=level, bucket=key.bucket - key.bucket % level)


def is_settled(connection: Connection, key: WindowKey) -> bool:
    """Whether the sketches of a window are with the coarser one."""
    base = schema.bases
    return connection.execute(select(base.c.data).where(key.of(base), base.c.data == SETTLED)).first() is not None


def settle(connection: Connection, target: WindowKey, keys: Iterable[WindowKey]) -> None:
    """Leave counts and moments of windows where they are, and make the rest part of ``target``, the coarser one.

    Raises:
        UnmergeableError: they cannot be merged. The transaction is to be rolled back.

    """
    taken = {key: take_data(connection, key) for key in keys}
    parts = {key: merged(key, data) for key, data in taken.items() if data}
    for key, part in parts.items():
        keep_outline(connection, key, part)
    _lift(connection, target, list(parts.values()))
    for key in taken:
        clear_sketches(connection, key)
        connection.execute(schema.bases.insert(), {**key._asdict(), "data": SETTLED})


def add_late(connection: Connection, key: WindowKey, part: Part) -> None:
    """Add what came late to a settled window.

    Raises:
        UnmergeableError: it cannot be merged. The transaction is to be rolled back.

    """
    windows = Windows()
    span = Span(key.project, key.deployment, key.bucket, key.bucket + 1, key.version)
    add_scalars(connection, span, windows, key.level)
    stats = windows.at(key.bucket)
    stats.features.skipped = stats.counters.pop("dropped.column_limit", 0)
    stats.merge(part_to_stats(part), fill=key.level == UPLOADED)
    clear_scalars(connection, key)
    write_rows(connection, scalar_rows(key, stats_to_part(key.deployment, key.version, key.bucket, stats)))
    add_outline(connection, key, part)
    _lift(connection, coarser(key), [part])


def _lift(connection: Connection, target: WindowKey, parts: Sequence[Part]) -> None:
    """Add parts to the base of ``target``, and have readers find their sketches there."""
    whole = merged(target, [*take_data(connection, target), *map(pack_part, parts)])
    connection.execute(schema.bases.insert(), {**target._asdict(), "data": pack_part(whole)})
    clear_sketches(connection, target)
    write_rows(connection, sketch_rows(target, whole))
