"""Partitions by time, on PostgreSQL: the windows of a week lie together, and end together when purge has emptied them.

A table of windows is divided by level, and the levels of uploads and of hours by weeks. What has no week (days, and
windows of long ago) is in partitions for the rest: nothing fails for want of a partition.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from graphsignal_mw.store.claims import Claims
from graphsignal_mw.store.faults import StorageError, translated
from graphsignal_mw.store.span import DAY, HOUR, UPLOADED

logger = logging.getLogger(__name__)

TABLES = ("parts", "bases", "windows", "columns", "column_sketches", "window_outlines", "details")
LEVELS = {UPLOADED: 37 * DAY, HOUR: 91 * DAY}  # with the age at which purge has had time to empty a week
WEEK = 7 * DAY  # since 1970: they begin on Thursdays
_AHEAD = 3  # weeks that are made before they come
_PATIENCE = "SET LOCAL lock_timeout = '1s'"  # uploads and pages queue behind one who waits to change a table
_HAS_ROWS = "SELECT EXISTS (SELECT FROM {name})"
_PARTITIONS = text(
    "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = to_regclass(:parent)"
)


class Partitions(Claims):
    """Weeks of the tables of windows."""

    def partition(self, now: float) -> int:
        """Make the partitions of the coming weeks and drop the old ones that are empty; return how many those were.

        Nothing is moved. SQLite has no partitions, and tables that are divided in another way are left alone. Of
        collectors one does it; where another one is at it nothing is done.
        """
        if self.engine.dialect.name != "postgresql":
            return 0
        with self.claimed([("partitions",)]) as ours:
            return sum(self._renew(table, level, now) for table in TABLES for level in LEVELS) if all(ours) else 0

    def _renew(self, table: str, level: int, now: float) -> int:
        parent = parent_of(table, level)
        try:
            return self._make(parent, now) + self._drop_old(parent, now - LEVELS[level])
        except StorageError as error:
            logger.warning("%s: its partitions stay as they are until the next turn: %s", parent, error)
            return 0

    def _make(self, parent: str, now: float) -> int:
        with self.write() as connection:
            connection.exec_driver_sql(_PATIENCE)
            return sum(_made(connection, parent, start) for start in _missing(connection, parent, now))

    def _drop_old(self, parent: str, before: float) -> int:
        with self.read() as connection:
            old = [name for name, start in _weeks(connection, parent).items() if start + WEEK <= before]
            empty = [name for name in old if not _has_rows(connection, name)]
        return sum(self._drop(parent, name) for name in empty)

    def _drop(self, parent: str, name: str) -> int:
        """Drop a partition that takes no room: no transaction under way can see a row in it, not even a deleted one."""
        with translated(), self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f"VACUUM {name}")
        with self.write() as connection:
            connection.exec_driver_sql(_PATIENCE)
            # The parent first, as everybody does, so that nobody waits for another in a circle.
            connection.exec_driver_sql(f"LOCK TABLE ONLY {parent} IN ACCESS EXCLUSIVE MODE")
            is_empty = connection.exec_driver_sql(f"SELECT pg_relation_size('{name}') = 0").scalar_one()
            if is_empty:
                connection.exec_driver_sql(f"DROP TABLE {name}")
        return int(is_empty)


def parent_of(table: str, level: int) -> str:
    """Return the name of the partition of a table for a level, which has the weeks."""
    return f"{table}_l{level}"


def coming_weeks(now: float) -> set[int]:
    """Return the starts of this week and of those to come, Unix seconds."""
    first = int(now // WEEK * WEEK)
    return {first + WEEK * number for number in range(_AHEAD + 1)}


def make_week(connection: Connection, parent: str, start: int) -> None:
    """Make the partition of the week that begins at ``start``.

    Raises:
        IntegrityError: the partition for the rest has windows of that week.

    """
    name = f"{parent}_{datetime.fromtimestamp(start, UTC):%Y%m%d}"
    bounds = f"FROM ({start}) TO ({start + WEEK})"
    connection.exec_driver_sql(f"CREATE TABLE {name} PARTITION OF {parent} FOR VALUES {bounds}")


def _missing(connection: Connection, parent: str, now: float) -> list[int]:
    """Return the coming weeks without a partition: none where the tables are not divided by weeks."""
    known = _partitions(connection, parent)
    return sorted(coming_weeks(now) - set(_weeks(connection, parent).values())) if known else []


def _weeks(connection: Connection, parent: str) -> dict[str, int]:
    """Return the partitions that are weeks, with their starts."""
    found = {name: name.removeprefix(f"{parent}_") for name in _partitions(connection, parent)}
    days = {name: datetime.strptime(f"{day}+0000", "%Y%m%d%z") for name, day in found.items() if day.isdigit()}
    return {name: int(day.timestamp()) for name, day in days.items()}


def _partitions(connection: Connection, parent: str) -> list[str]:
    return list(connection.execute(_PARTITIONS, {"parent": parent}).scalars())


def _made(connection: Connection, parent: str, start: int) -> bool:
    """Make a week; one that began without its partition stays in the rest."""
    with suppress(IntegrityError), connection.begin_nested():
        make_week(connection, parent, start)
        return True
    return False


def _has_rows(connection: Connection, name: str) -> bool:
    return bool(connection.exec_driver_sql(_HAS_ROWS.format(name=name)).scalar_one())
