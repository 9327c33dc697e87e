"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create them."""
    _uploads()
    _windows()
    _deployments()
    _issues()
    _people()


def _window() -> list[sa.Column[Any]]:
    names = (_key("project"), _key("deployment"), _key("level", sa.Integer))
    return [*names, _key("bucket", sa.BigInteger), _key("version")]


def _key(name: str, kind: Any = _TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, nullable=False, autoincrement=False)


def _required(name: str, kind: Any = _TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", _ID, primary_key=True, nullable=False)


def _uploads() -> None:
    op.create_table(
        "deltas", _key("project"), _key("boot_id"), _key("seq", sa.BigInteger), _required("received_at", sa.Double)
    )
    op.create_index("deltas_received", "deltas", ["received_at"])
    op.create_table(
        "parts",
        *_window(),
        _key("boot_id"),
        _key("seq", sa.BigInteger),
        _key("position", sa.Integer),
        _required("received_at", sa.Double),
        _required("data", sa.LargeBinary),
    )
    op.create_index("parts_received", "parts", ["received_at"])
    op.create_table("dirty", *_window(), _required("token", sa.BigInteger))
    op.create_table("bases", *_window(), _required("data", sa.LargeBinary))


def _windows() -> None:
    counts = [_required(name, sa.BigInteger) for name in ("feature_rows", "prediction_rows")]
    op.create_table("windows", *_window(), _required("counters", sa.JSON), *counts)
    op.create_table(
        "columns",
        *_window(),
        _key("stream"),
        _key("name"),
        *(_required(name, sa.BigInteger) for name in ("count", "missing", "zeros", "empties")),
        _required("types", sa.JSON),
        _required("n", sa.BigInteger),
        *(sa.Column(name, sa.Double) for name in ("mean", "m2", "minimum", "maximum")),
    )
    op.create_index("columns_by_name", "columns", ["project", "deployment", "level", "stream", "name", "bucket"])
    op.create_table("column_sketches", *_window(), _key("stream"), _key("name"), _required("data", sa.LargeBinary))
    op.create_table("details", *_window(), _key("kind"), _key("name"), _required("data", sa.LargeBinary))
    op.create_index("details_by_kind", "details", ["project", "deployment", "level", "kind", "name", "bucket"])


def _deployments() -> None:
    op.create_table(
        "deployments",
        _key("project"),
        _key("name"),
        _required("window_seconds", sa.Integer),
        _required("first_window", sa.BigInteger),
        _required("last_window", sa.BigInteger),
        _required("last_received", sa.Double),
        sa.Column("computed_at", sa.Double),
        sa.Column("detected_at", sa.Double),
    )
    key = [_key("project"), _key("deployment"), _key("day", sa.Integer), _key("kind"), _key("name")]
    op.create_table("names", *key)


def _issues() -> None:
    op.create_table(
        "issues",
        _id(),
        *(_required(name) for name in ("project", "deployment", "family")),
        _required("opened", sa.BigInteger),
        *(_required(name) for name in ("state", "severity")),
        _required("columns", sa.JSON),
        _required("updated", sa.BigInteger),
        sa.Column("resolved", sa.BigInteger),
        _required("explanation"),
        _required("evidence", sa.JSON),
        _required("decision"),
        sa.Column("decided_at", sa.Double),
        sa.UniqueConstraint("project", "deployment", "family", "opened", name="issues_key"),
    )
    op.create_table(
        "issue_events",
        _id(),
        _required("project"),
        _required("issue_id", sa.BigInteger),
        _required("at", sa.Double),
        _required("action"),
        _required("actor"),
    )
    op.create_index("issue_events_issue", "issue_events", ["project", "issue_id"])


def _people() -> None:
    op.create_table(
        "markers",
        _id(),
        _required("project"),
        _required("deployment"),
        _required("at", sa.BigInteger),
        _required("text"),
        _required("actor"),
    )
    op.create_index("markers_at", "markers", ["project", "deployment", "at"])
    op.create_table(
        "keys",
        _id(),
        *(_required(name) for name in ("project", "name", "prefix", "digest")),
        _required("scopes", sa.JSON),
        _required("created_at", sa.Double),
        *(sa.Column(name, sa.Double) for name in ("expires_at", "last_used", "revoked_at")),
    )
    op.create_index("keys_prefix", "keys", ["prefix"])
    op.create_table(
        "audit",
        _id(),
        _required("project"),
        _required("at", sa.Double),
        *(_required(name) for name in ("actor", "action", "detail")),
    )
    op.create_index("audit_at", "audit", ["project", "at"])
