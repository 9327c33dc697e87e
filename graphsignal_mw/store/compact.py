"""Compaction: windows that got uploads are computed anew from their base and parts, never added to in place."""

import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import compress
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, delete, select, update
from sqlalchemy.exc import DataError, OperationalError

from graphsignal_mw.store import schema
from graphsignal_mw.store.bins import forget_counts
from graphsignal_mw.store.claims import Claims, write_beside
from graphsignal_mw.store.deltas import WINDOW
from graphsignal_mw.store.merge import UnmergeableError, fold, merged, read_data, take_parts
from graphsignal_mw.store.outlines import forget_outlines
from graphsignal_mw.store.rows import Rows, clear_window, window_rows, write_rows
from graphsignal_mw.store.settle import add_late, coarser, is_settled
from graphsignal_mw.store.span import WindowKey

logger = logging.getLogger(__name__)

_AT_ONCE = 2  # windows in one transaction: an upload does not wait for long (benchmarks/week.py)
_MANY = 100  # parts that a window is computed from, at most for long
_TOO_LARGE = "54000"  # PostgreSQL: a row that its index cannot hold


class Computed(NamedTuple):
    """A window as it is now. ``rows`` are none when nothing is left of it, or when it cannot be computed.

    ``pieces`` is how many bases and parts it was computed from.
    """

    key: WindowKey
    token: int
    rows: Rows
    pieces: int
    works: bool = True


class Compaction(Claims):
    """Windows computed from what was uploaded."""

    def compact(self, limit: int = 200) -> int:
        """Compute up to ``limit`` windows anew and return how many there were; those that another computes are left."""
        with self.read() as connection:
            query = select(schema.dirty).order_by(schema.dirty.c.project, schema.dirty.c.deployment).limit(limit)
            keys = [_key(row) for row in connection.execute(query).mappings()]
        return sum(self._compute(keys[start : start + _AT_ONCE]) for start in range(0, len(keys), _AT_ONCE))

    def _compute(self, keys: Sequence[WindowKey]) -> int:
        with self.claimed(keys) as mine:
            # Computed outside the writing transaction: uploads go on meanwhile, and change the token.
            with self.read() as connection:
                ours = list(compress(keys, mine))
                late = [key for key in ours if is_settled(connection, key)]
                computed = list(_computed(connection, [key for key in ours if key not in late]))
            with self.write() as connection:
                write_beside(connection, (window.key.project for window in computed))
                replaced = [window for window in sorted(computed, key=_lock_order) if _replace(connection, window)]
                _note(connection, [window.key for window in replaced])
            for window in computed:
                if window.works and window.pieces > _MANY:
                    self._fold(window.key)
            return len(computed) + sum(self._add_late(key) for key in late)

    def _add_late(self, key: WindowKey) -> int:
        """Add what came for a settled window to it and to the hour that has its sketches; return how many: 1 or 0."""
        with self.claimed([coarser(key)]) as (mine,):
            if not mine:
                return 0  # another adds to that hour: it stays waiting
            with self.write() as connection:
                write_beside(connection, [key.project])
                if not connection.execute(delete(schema.dirty).where(key.of(schema.dirty))).rowcount:
                    return 0  # its deployment was deleted meanwhile
                with suppress(UnmergeableError), connection.begin_nested():
                    parts = take_parts(connection, key)
                    if parts:
                        add_late(connection, key, merged(key, parts))
                _note(connection, [key])
        return 1

    def _fold(self, key: WindowKey) -> None:
        """Make one base of many parts, so that a window of a thousand processes is not begun again with each upload."""
        with suppress(UnmergeableError), self.write() as connection:
            write_beside(connection, [key.project])
            fold(connection, [key], key)


def _computed(connection: Connection, keys: Iterable[WindowKey]) -> Iterable[Computed]:
    for key in keys:
        # Asked again, for who had claimed it a moment ago may have computed it.
        token = connection.execute(select(schema.dirty.c.token).where(key.of(schema.dirty))).scalar()
        if token is None:
            continue
        data = read_data(connection, key)
        try:
            rows = window_rows(key, merged(key, data)) if data else []
            yield Computed(key, token, rows, len(data))
        except UnmergeableError:
            yield Computed(key, token, [], len(data), works=False)


def _replace(connection: Connection, window: Computed) -> bool:
    """Write a window, unless an upload came since it was computed: then it is computed again. Say whether none came."""
    dirty = schema.dirty
    done = connection.execute(delete(dirty).where(window.key.of(dirty), dirty.c.token == window.token))
    if not done.rowcount or not window.works:
        return bool(done.rowcount)
    try:
        with connection.begin_nested():
            clear_window(connection, window.key)
            write_rows(connection, window.rows)
    except (DataError, OperationalError) as error:
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) != _TOO_LARGE:
            raise
        logger.exception("%s cannot be written; its parts are kept", window.key)
    return True


def _lock_order(window: Computed) -> tuple[str | int, ...]:
    """Place among others: as ingest marks them, so that neither waits for the other in a circle."""
    return tuple(getattr(window.key, name) for name in WINDOW)


def _note(connection: Connection, keys: Sequence[WindowKey]) -> None:
    """Have computed anew, or looked at, what was made of windows."""
    forget_outlines(connection, keys)
    forget_counts(connection, keys)
    table, now = schema.deployments, time.time()
    for project, name in sorted({(key.project, key.deployment) for key in keys}):
        condition = (table.c.project == project, table.c.name == name)
        connection.execute(update(table).where(*condition).values(computed_at=now))


def _key(row: RowMapping) -> WindowKey:
    return WindowKey(**{name: row[name] for name in WindowKey._fields})
