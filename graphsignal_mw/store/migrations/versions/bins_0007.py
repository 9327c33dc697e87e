"""What detection counts columns in, and how many values of a window are where."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables; detection fills them."""
    op.create_table(
        "bin_edges",
        *(
            sa.Column(name, _TEXT, primary_key=True, nullable=False)
            for name in ("project", "deployment", "stream", "name")
        ),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "bin_counts",
        sa.Column("project", _TEXT, primary_key=True, nullable=False),
        sa.Column("deployment", _TEXT, primary_key=True, nullable=False),
        sa.Column("seconds", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
