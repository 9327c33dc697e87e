"""Sessions of people who signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sessions",
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("digest", _TEXT, primary_key=True, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
