"""How much may be uploaded in a day, and how much was."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "quotas",
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("deployment", _TEXT, primary_key=True, nullable=False),
        sa.Column("bytes_per_day", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "usage",
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("deployment", _TEXT, primary_key=True, nullable=False),
        sa.Column("day", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
