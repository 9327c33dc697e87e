"""Names that deployments had before."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "aliases",
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("name", _TEXT, primary_key=True, nullable=False),
        sa.Column("deployment", _TEXT, nullable=False),
    )
