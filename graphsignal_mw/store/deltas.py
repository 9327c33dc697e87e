"""Ingest: a gate that lets each upload through once, and what it carried."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func

from graphsignal_mw.store import schema
from graphsignal_mw.store.bounds import bounded
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.span import UPLOADED
from graphsignal_mw.wire import Envelope, Part, pack_part

WINDOW = ("project", "deployment", "level", "bucket", "version")


class Deltas(Database):
    """Uploads of a project."""

    def ingest(self, project: str, envelope: Envelope, received_at: float) -> bool:
        """Store an upload, whole or not at all; return False for one that is here already.

        ``received_at`` is Unix seconds. When this returns, the upload is on disk.

        Raises:
            StorageError: nothing was stored; StorageFullError when the disk is full.

        """
        rows = _part_rows(project, envelope, received_at)
        with self.write() as connection:
            if not _pass_gate(connection, project, envelope, received_at):
                return False
            if rows:
                _bound(connection, project, envelope.parts, rows)
                connection.execute(schema.parts.insert(), rows)
                mark_dirty(connection, rows)
                _know(connection, project, envelope, received_at)
        return True


def mark_dirty(connection: Connection, windows: Iterable[dict[str, Any]]) -> None:
    """Have ``windows`` (mappings with the key of a window) computed anew."""
    unique = {tuple(window[name] for name in WINDOW) for window in windows}
    statement = insert(connection, schema.dirty)
    statement = statement.on_conflict_do_update(index_elements=WINDOW, set_={"token": statement.excluded.token})
    # Sorted, so that two collectors on one PostgreSQL take their locks in the same order.
    rows = [{**dict(zip(WINDOW, key, strict=True)), "token": secrets.randbits(62)} for key in sorted(unique)]
    connection.execute(statement, rows)


def _part_rows(project: str, envelope: Envelope, received_at: float) -> list[dict[str, Any]]:
    return [
        {
            "project": project,
            "deployment": part.deployment,
            "level": UPLOADED,
            "bucket": part.bucket,
            "version": part.version,
            "boot_id": envelope.boot_id,
            "seq": envelope.seq,
            "position": position,
            "received_at": received_at,
            "data": pack_part(part),
        }
        for position, part in enumerate(envelope.parts)
    ]


def _bound(connection: Connection, project: str, parts: Sequence[Part], rows: Sequence[dict[str, Any]]) -> None:
    """Change the rows of parts that bring more than a deployment may have."""
    for row, part, kept in zip(rows, parts, bounded(connection, project, parts), strict=True):
        if kept is not part:
            row.update(version=kept.version, data=pack_part(kept))


def _pass_gate(connection: Connection, project: str, envelope: Envelope, received_at: float) -> bool:
    statement = insert(connection, schema.deltas).on_conflict_do_nothing()
    identity = {"project": project, "boot_id": envelope.boot_id, "seq": envelope.seq}
    return connection.execute(statement, {**identity, "received_at": received_at}).rowcount > 0


def _know(connection: Connection, project: str, envelope: Envelope, received_at: float) -> None:
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
    connection.execute(statement, [_deployment(project, envelope, name, received_at) for name in _names(envelope)])


def _names(envelope: Envelope) -> list[str]:
    return sorted({part.deployment for part in envelope.parts})


def _deployment(project: str, envelope: Envelope, name: str, received_at: float) -> dict[str, Any]:
    buckets = [part.bucket for part in envelope.parts if part.deployment == name]
    return {
        "project": project,
        "name": name,
        "window_seconds": envelope.window_seconds,
        "first_window": min(buckets),
        "last_window": max(buckets),
        "last_received": received_at,
    }


def _extremes(connection: Connection) -> tuple[Any, Any]:
    """Functions for the greater and the less of two values: SQLite calls them max and min."""
    if connection.dialect.name == "postgresql":
        return func.greatest, func.least
    return func.max, func.min
