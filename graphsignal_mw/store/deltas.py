"""Ingest: a gate that lets each upload through once, and what it carried."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, func

from graphsignal_mw.store import schema
from graphsignal_mw.store.bounds import bounded
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.groups import GroupCommit
from graphsignal_mw.store.span import UPLOADED, WindowKey
from graphsignal_mw.wire import Envelope, Part, pack_part

WINDOW = ("project", "deployment", "level", "bucket", "version")
_AT_ONCE = 64  # uploads in one transaction: what waits while one is written, within reason


class Upload(NamedTuple):
    """One upload of a project; ``rows`` are its parts as the table has them."""

    project: str
    envelope: Envelope
    received_at: float
    rows: list[dict[str, Any]]


class Deltas(Database):
    """Uploads of a project."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._take = GroupCommit(self._store, _AT_ONCE)

    def ingest(self, project: str, envelope: Envelope, received_at: float) -> bool:
        """Store an upload, whole or not at all; return False for one that is here already.

        ``received_at`` is Unix seconds. When this returns, the upload is on disk. Uploads of many threads share a
        transaction.

        Raises:
            StorageError: nothing was stored; StorageFullError when the disk is full.

        """
        return self._take(Upload(project, envelope, received_at, _part_rows(project, envelope, received_at)))

    def _store(self, uploads: Sequence[Upload]) -> list[bool]:
        with self.write() as connection:
            passed = _pass_gate(connection, uploads)
            new = [upload for upload, is_new in zip(uploads, passed, strict=True) if is_new and upload.rows]
            if new:
                _keep(connection, new)
        return passed


def mark_dirty(connection: Connection, windows: Iterable[dict[str, Any]]) -> None:
    """Have ``windows`` (mappings with the key of a window) computed anew."""
    unique = {tuple(window[name] for name in WINDOW) for window in windows}
    statement = insert(connection, schema.dirty)
    statement = statement.on_conflict_do_update(index_elements=WINDOW, set_={"token": statement.excluded.token})
    # Sorted, so that two collectors on one PostgreSQL take their locks in the same order.
    rows = [{**dict(zip(WINDOW, key, strict=True)), "token": secrets.randbits(62)} for key in sorted(unique)]
    connection.execute(statement, rows)


def _pass_gate(connection: Connection, uploads: Sequence[Upload]) -> list[bool]:
    """Note identities; say of each upload whether it is the first of its own."""
    # Asked for by RETURNING: how many rows an INSERT made is not known of every driver.
    table = schema.deltas
    statement = insert(connection, table).on_conflict_do_nothing()
    rows = [
        dict(zip(("project", "boot_id", "seq", "received_at"), (*_identity(upload), upload.received_at), strict=True))
        for upload in sorted(uploads, key=_identity)
    ]
    made = connection.execute(statement.returning(table.c.project, table.c.boot_id, table.c.seq), rows)
    new = {tuple(row) for row in made}
    passed = []
    for identity in map(_identity, uploads):
        passed.append(identity in new)
        new.discard(identity)
    return passed


def _identity(upload: Upload) -> tuple[str, str, int]:
    return upload.project, upload.envelope.boot_id, upload.envelope.seq


def _keep(connection: Connection, uploads: Sequence[Upload]) -> None:
    """Insert what uploads carried. Table by table, so that no two collectors wait for each other."""
    rows: list[dict[str, Any]] = []
    for project in sorted({upload.project for upload in uploads}):
        rows += _bounded_rows(connection, project, [upload for upload in uploads if upload.project == project])
    connection.execute(schema.parts.insert(), rows)
    mark_dirty(connection, rows)
    _know(connection, uploads)


def _part_rows(project: str, envelope: Envelope, received_at: float) -> list[dict[str, Any]]:
    return [
        {
            **WindowKey(project, part.deployment, part.bucket, part.version, UPLOADED)._asdict(),
            "boot_id": envelope.boot_id,
            "seq": envelope.seq,
            "position": position,
            "received_at": received_at,
            "data": pack_part(part),
        }
        for position, part in enumerate(envelope.parts)
    ]


def _bounded_rows(connection: Connection, project: str, uploads: Sequence[Upload]) -> list[dict[str, Any]]:
    """Return the rows of parts, changed where they bring more than a deployment may have."""
    parts: list[Part] = [part for upload in uploads for part in upload.envelope.parts]
    rows = [row for upload in uploads for row in upload.rows]
    return [
        row if kept is part else {**row, "version": kept.version, "data": pack_part(kept)}
        for row, part, kept in zip(rows, parts, bounded(connection, project, parts), strict=True)
    ]


def _know(connection: Connection, uploads: Sequence[Upload]) -> None:
    """Note the deployments. Whatever the order of uploads, the row becomes the same."""
    table = schema.deployments
    statement = insert(connection, table)
    new = statement.excluded
    greater, less = _extremes(connection)
    statement = statement.on_conflict_do_update(
        index_elements=("project", "name"),
        set_={
            # Detection never looks finer than the coarsest process.
            "window_seconds": greater(table.c.window_seconds, new.window_seconds),
            "first_window": less(table.c.first_window, new.first_window),
            "last_window": greater(table.c.last_window, new.last_window),
            "last_received": greater(table.c.last_received, new.last_received),
        },
    )
    rows = [_deployment(upload, name) for upload in uploads for name in _names(upload.envelope)]
    connection.execute(statement, sorted(rows, key=lambda row: (row["project"], row["name"])))


def _names(envelope: Envelope) -> set[str]:
    return {part.deployment for part in envelope.parts}


def _deployment(upload: Upload, name: str) -> dict[str, Any]:
    buckets = [part.bucket for part in upload.envelope.parts if part.deployment == name]
    return {
        "project": upload.project,
        "name": name,
        "window_seconds": upload.envelope.window_seconds,
        "first_window": min(buckets),
        "last_window": max(buckets),
        "last_received": upload.received_at,
    }


def _extremes(connection: Connection) -> tuple[Any, Any]:
    """Functions for the greater and the less of two values: SQLite calls them max and min."""
    if connection.dialect.name == "postgresql":
        return func.greatest, func.least
    return func.max, func.min
