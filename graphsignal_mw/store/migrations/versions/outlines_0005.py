"""Outlines of windows, hours and days: what charts show of columns. Those of old windows are computed later."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_WAIT = """
    INSERT INTO outlines (project, deployment, level, bucket, version, token)
    SELECT DISTINCT project, deployment, {level}, bucket - bucket % {level}, version, 0 FROM windows
"""


def _window() -> list[sa.Column[Any]]:
    return [
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("deployment", _TEXT, primary_key=True, nullable=False),
        sa.Column("level", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, nullable=False),
        sa.Column("version", _TEXT, primary_key=True, nullable=False),
    ]


def upgrade() -> None:
    """Create the tables; all hours and days wait to be computed."""
    op.create_table("window_outlines", *_window(), sa.Column("data", sa.LargeBinary, nullable=False))
    op.create_table(
        "outlines",
        *_window(),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary),
    )
    some = sa.text("data IS NULL")
    op.create_index("outlines_waiting", "outlines", ["level", "bucket"], sqlite_where=some, postgresql_where=some)
    for level in (3600, 86400):
        op.execute(_WAIT.format(level=level))
