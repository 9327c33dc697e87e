"""Tables. Keys of what tells of windows begin with project and deployment, so that it can be sharded by them.

Times are Unix seconds. ``data`` is msgpack of the wire's structures.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import Text as AnyText

metadata = MetaData()


class Text(TypeDecorator[str]):
    """Text in the order of its code points, on both databases; PostgreSQL has no NUL, which becomes U+FFFD there.

    An order that comes with the operating system changes with it, and breaks the indexes.
    """

    impl = AnyText
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type of the database."""
        return AnyText(collation="C") if dialect.name == "postgresql" else AnyText()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return ``value`` as the database takes it."""
        if value is not None and "\0" in value and dialect.name == "postgresql":
            return value.replace("\0", "\ufffd")
        return value


# SQLite counts ids by itself only in a column that is called INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def _window() -> list[Column[Any]]:
    """Key of a window: one deployment, version and bucket; ``level`` is 0, or the seconds of a rollup."""
    return [
        Column("project", Text, primary_key=True),
        Column("deployment", Text, primary_key=True),
        Column("level", Integer, primary_key=True, autoincrement=False),
        Column("bucket", BigInteger, primary_key=True),
        Column("version", Text, primary_key=True),
    ]


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Options of an index of some rows only."""
    return {"sqlite_where": condition, "postgresql_where": condition}


# The gate: an upload whose identity is here has been counted.
deltas = Table(
    "deltas",
    metadata,
    _key("project"),
    _key("boot_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Double, nullable=False),
)
Index("deltas_received", deltas.c.received_at)

# What was uploaded, kept until it is folded into the base of its window.
parts = Table(
    "parts",
    metadata,
    *_window(),
    _key("boot_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("received_at", Double, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
Index("parts_received", parts.c.received_at)

# Windows to be computed anew. The token changes with every upload: who computed with an old one starts again.
dirty = Table("dirty", metadata, *_window(), Column("token", BigInteger, nullable=False))

bases = Table("bases", metadata, *_window(), Column("data", LargeBinary, nullable=False))

windows = Table(
    "windows",
    metadata,
    *_window(),
    Column("counters", JSON, nullable=False),
    Column("feature_rows", BigInteger, nullable=False),
    Column("prediction_rows", BigInteger, nullable=False),
)

columns = Table(
    "columns",
    metadata,
    *_window(),
    _key("stream"),
    _key("name"),
    Column("count", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("zeros", BigInteger, nullable=False),
    Column("empties", BigInteger, nullable=False),
    Column("types", JSON, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("mean", Double),
    Column("m2", Double),
    Column("minimum", Double),
    Column("maximum", Double),
)
Index("columns_by_name", *(columns.c[c] for c in ("project", "deployment", "level", "stream", "name", "bucket")))

column_sketches = Table(
    "column_sketches",
    metadata,
    *_window(),
    _key("stream"),
    _key("name"),
    Column("data", LargeBinary, nullable=False),
)

# All columns of a window as charts show them (stats/outline.py), and those of all windows that start in an hour or a
# day (``level``). There ``data`` is NULL until it is computed, and again when one of the windows changes: who computed
# with an old token has computed in vain.
window_outlines = Table("window_outlines", metadata, *_window(), Column("data", LargeBinary, nullable=False))
outlines = Table(
    "outlines",
    metadata,
    *_window(),
    Column("token", BigInteger, nullable=False),
    Column("data", LargeBinary),
)
Index("outlines_waiting", *(outlines.c[c] for c in ("level", "bucket")), **_where(outlines.c.data.is_(None)))

# Latency, performance, segments, exceptions, metadata: by kind, and by name where there are many of a kind.
details = Table(
    "details",
    metadata,
    *_window(),
    _key("kind"),
    _key("name"),
    Column("data", LargeBinary, nullable=False),
)
Index("details_by_kind", *(details.c[c] for c in ("project", "deployment", "level", "kind", "name", "bucket")))

deployments = Table(
    "deployments",
    metadata,
    _key("project"),
    _key("name"),
    Column("window_seconds", Integer, nullable=False),
    Column("first_window", BigInteger, nullable=False),
    Column("last_window", BigInteger, nullable=False),
    Column("last_received", Double, nullable=False),
    # When its windows were last computed, and what of that detection has seen.
    Column("computed_at", Double),
    Column("detected_at", Double),
)

# Names that a deployment has on a day (days since 1970), by kind: version, features, predictions. All are bounded.
names = Table(
    "names",
    metadata,
    _key("project"),
    _key("deployment"),
    Column("day", Integer, primary_key=True, autoincrement=False),
    _key("kind"),
    _key("name"),
)

# Names that deployments had before: what is uploaded under them belongs to ``deployment``.
aliases = Table(
    "aliases",
    metadata,
    _key("project"),
    _key("name"),
    Column("deployment", Text, nullable=False),
)

# How many bytes may be uploaded in a day (days since 1970), and how many were; an empty deployment is all of a project.
quotas = Table(
    "quotas", metadata, _key("project"), _key("deployment"), Column("bytes_per_day", BigInteger, nullable=False)
)
usage = Table(
    "usage",
    metadata,
    _key("project"),
    _key("deployment"),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("bytes", BigInteger, nullable=False),
)

# What detection counts columns in, and how many values of a window of so many ``seconds`` are where.
bin_edges = Table(
    "bin_edges",
    metadata,
    _key("project"),
    _key("deployment"),
    _key("stream"),
    _key("name"),
    Column("data", LargeBinary, nullable=False),
)
bin_counts = Table(
    "bin_counts",
    metadata,
    _key("project"),
    _key("deployment"),
    Column("seconds", Integer, primary_key=True, autoincrement=False),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("resolved", BigInteger),
    Column("explanation", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    # What a person did last, and when.
    Column("decision", Text, nullable=False),
    Column("decided_at", Double),
    UniqueConstraint("project", "deployment", "family", "opened", name="issues_key"),
)

issue_events = Table(
    "issue_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("issue_id", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
)
Index("issue_events_issue", issue_events.c.project, issue_events.c.issue_id)

markers = Table(
    "markers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
)
Index("markers_at", markers.c.project, markers.c.deployment, markers.c.at)

keys = Table(
    "keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    Column("last_used", Double),
    Column("revoked_at", Double),
)
Index("keys_prefix", keys.c.prefix)

# People who signed in, by the digest of what their browser holds.
sessions = Table(
    "sessions",
    metadata,
    _key("project"),
    _key("digest"),
    Column("actor", Text, nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("audit_at", audit.c.project, audit.c.at)

# What collectors on one PostgreSQL have claimed: who has locked the row has the claim. Nothing of it must last.
claims = Table("claims", metadata, Column("key", BigInteger, primary_key=True, autoincrement=False))

# What tells of a deployment, and the column with its name: the table of them comes last.
OF_DEPLOYMENT: tuple[tuple[Table, Column[Any]], ...] = (
    *((table, table.c.deployment) for table in metadata.sorted_tables if "deployment" in table.c),
    (deployments, deployments.c.name),
)
