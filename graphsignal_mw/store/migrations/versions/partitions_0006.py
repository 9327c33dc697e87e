"""The tables of windows divided by time, on PostgreSQL."""

import time

import sqlalchemy as sa
from alembic import op

from graphsignal_mw.store.partitions import LEVELS, WEEK, coming_weeks, make_week, parent_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = ("parts", "bases", "windows", "columns", "column_sketches", "window_outlines", "details")

_MOVE = "INSERT INTO {table} SELECT * FROM {table}_before"
_WEEKS = "SELECT DISTINCT bucket / :week FROM {table}_before WHERE level = :level AND bucket >= :since"


def upgrade() -> None:
    """Move each table into partitions of its own."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        known = sa.inspect(op.get_bind())
        key, indexes = known.get_pk_constraint(table)["constrained_columns"], known.get_indexes(table)
        before = f"{table}_before"
        op.rename_table(table, before)
        op.execute(f"CREATE TABLE {table} (LIKE {before}) PARTITION BY LIST (level)")
        op.execute(f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT")
        for level, keep in LEVELS.items():
            _divide(table, level, keep)
        op.execute(_MOVE.format(table=table))
        op.drop_table(before)
        op.create_primary_key(None, table, key)
        for index in indexes:
            op.create_index(index["name"], table, [name for name in index["column_names"] if name])


def _divide(table: str, level: int, keep: int) -> None:
    """Make the partitions of a level: for the weeks that it has, for those to come, and for the rest."""
    parent, now = parent_of(table, level), int(time.time())
    op.execute(f"CREATE TABLE {parent} PARTITION OF {table} FOR VALUES IN ({level}) PARTITION BY RANGE (bucket)")
    op.execute(f"CREATE TABLE {parent}_rest PARTITION OF {parent} DEFAULT")
    of_it = {"week": WEEK, "level": level, "since": now - keep}
    found = op.get_bind().execute(sa.text(_WEEKS.format(table=table)), of_it).scalars()
    for start in sorted({WEEK * week for week in found} | coming_weeks(now)):
        make_week(op.get_bind(), parent, start)
