"""What collectors on one PostgreSQL have claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; on PostgreSQL without a log, for claims end with a crash."""
    op.create_table("claims", sa.Column("key", sa.BigInteger, primary_key=True, nullable=False, autoincrement=False))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE claims SET UNLOGGED")
