"""Ingest: a gate that lets each upload through once, and what it carried."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, func

from graphsignal_mw.store import schema
from graphsignal_mw.store.bounds import Bounds
from graphsignal_mw.store.claims import write_beside
from graphsignal_mw.store.database import Database, insert_in
from graphsignal_mw.store.deployments import Aliases, aliases_of
from graphsignal_mw.store.span import UPLOADED, WindowKey
from graphsignal_mw.wire import Envelope, Part, pack_part

WINDOW = ("project", "deployment", "level", "bucket", "version")


class Upload(NamedTuple):
    """One upload of a project; ``received_at`` is Unix seconds.

    ``body`` is what ``envelope`` was read from, where that was msgpack in gzip: it takes a third of the room.
    """

    project: str
    envelope: Envelope
    received_at: float
    body: bytes | None = None


class Deltas(Database):
    """Uploads of a project."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._bounds = Bounds()

    def ingest(self, project: str, envelope: Envelope, received_at: float) -> bool:
        """Store an upload, whole or not at all; return False for one that is here already.

        ``received_at`` is Unix seconds. When this returns, the upload is on disk.

        Raises:
            StorageError: nothing was stored; StorageFullError when the disk is full.

        """
        (found,) = self.ingest_all([Upload(project, envelope, received_at)])
        if isinstance(found, Exception):
            raise found
        return found

    def ingest_all(self, uploads: Sequence[Upload]) -> list[bool | Exception]:
        """Store uploads in one transaction: each as :meth:`ingest` does, and what that would raise is returned.

        When the transaction fails, each is tried alone.
        """
        try:
            return [*self._store(uploads)] if uploads else []
        except Exception as error:  # noqa: BLE001 - it is raised where it belongs, in the request of its upload
            if len(uploads) == 1:
                return [error]
            return [found for upload in uploads for found in self.ingest_all([upload])]

    def _store(self, uploads: Sequence[Upload]) -> list[bool]:
        projects = {upload.project for upload in uploads}
        with self.write() as connection:
            write_beside(connection, projects)
            passed = _pass_gate(connection, uploads)
            new = [upload for upload, is_new in zip(uploads, passed, strict=True) if is_new and upload.envelope.parts]
            if new:
                aliases = aliases_of(connection, projects)
                _keep(connection, [_renamed(upload, aliases) for upload in new], self._bounds)
        return passed


def mark_dirty(connection: Connection, windows: Iterable[dict[str, Any]]) -> None:
    """Have ``windows`` (mappings with the key of a window) computed anew."""
    unique = {tuple(window[name] for name in WINDOW) for window in windows}
    # Sorted, so that two collectors on one PostgreSQL take their locks in the same order.
    rows = [{**dict(zip(WINDOW, key, strict=True)), "token": secrets.randbits(62)} for key in sorted(unique)]
    connection.execute(_marking(connection.dialect.name), rows)


# Statements are built once: to build these costs more than to run them.
@lru_cache
def _marking(dialect: str) -> Any:
    statement = insert_in(dialect, schema.dirty)
    return statement.on_conflict_do_update(index_elements=WINDOW, set_={"token": statement.excluded.token})


@lru_cache
def _gate(dialect: str) -> Any:
    # Asked for by RETURNING: how many rows an INSERT made is not known of every driver.
    table = schema.deltas
    return insert_in(dialect, table).on_conflict_do_nothing().returning(table.c.project, table.c.boot_id, table.c.seq)


@lru_cache
def _knowing(dialect: str) -> Any:
    table = schema.deployments
    statement = insert_in(dialect, table)
    new = statement.excluded
    # SQLite calls them max and min.
    greater, less = (func.greatest, func.least) if dialect == "postgresql" else (func.max, func.min)
    return statement.on_conflict_do_update(
        index_elements=("project", "name"),
        set_={
            "first_window": less(table.c.first_window, new.first_window),
            # Detection never looks finer than the coarsest process.
            **{c: greater(table.c[c], new[c]) for c in ("window_seconds", "last_window", "last_received")},
        },
    )


def _pass_gate(connection: Connection, uploads: Sequence[Upload]) -> list[bool]:
    """Note identities; say of each upload whether it is the first of its own."""
    rows = [
        dict(zip(("project", "boot_id", "seq", "received_at"), (*_identity(upload), upload.received_at), strict=True))
        for upload in sorted(uploads, key=_identity)
    ]
    new = {tuple(row) for row in connection.execute(_gate(connection.dialect.name), rows)}
    passed = []
    for identity in map(_identity, uploads):
        passed.append(identity in new)
        new.discard(identity)
    return passed


def _identity(upload: Upload) -> tuple[str, str, int]:
    return upload.project, upload.envelope.boot_id, upload.envelope.seq


def _keep(connection: Connection, uploads: Sequence[Upload], bounds: Bounds) -> None:
    """Insert what uploads carried. Table by table, so that no two collectors wait for each other."""
    rows: list[dict[str, Any]] = []
    for project in sorted({upload.project for upload in uploads}):
        theirs = [upload for upload in uploads if upload.project == project]
        parts = [part for upload in theirs for part in upload.envelope.parts]
        rows += _part_rows(theirs, bounds.within(connection, project, parts))
    connection.execute(schema.parts.insert(), rows)
    mark_dirty(connection, rows)
    _know(connection, uploads)


def _renamed(upload: Upload, aliases: Aliases) -> Upload:
    """Return an upload with the names that its deployments have now."""
    project, envelope = upload.project, upload.envelope
    if not any((project, part.deployment) in aliases for part in envelope.parts):
        return upload
    parts = [replace(p, deployment=aliases.get((project, p.deployment), p.deployment)) for p in envelope.parts]
    return upload._replace(envelope=replace(envelope, parts=parts))


def _part_rows(uploads: Sequence[Upload], parts: Iterable[Part]) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``parts``, which are those of ``uploads`` one after the other."""
    following = iter(parts)
    for upload in uploads:
        for position, part in enumerate(islice(following, len(upload.envelope.parts))):
            yield {
                **WindowKey(upload.project, part.deployment, part.bucket, part.version, UPLOADED)._asdict(),
                "boot_id": upload.envelope.boot_id,
                "seq": upload.envelope.seq,
                "position": position,
                "received_at": upload.received_at,
                "data": _data(upload, part),
            }


def _data(upload: Upload, part: Part) -> bytes:
    """Return what is kept of ``part``: the upload as it came, unless others came with it or columns are left out.

    Bucket, deployment and version may be others than came: those of its row hold.
    """
    sent, *others = upload.envelope.parts
    is_whole = part.features is sent.features and part.predictions is sent.predictions
    if upload.body is None or others or not is_whole:
        return pack_part(part)
    return upload.body


def _know(connection: Connection, uploads: Sequence[Upload]) -> None:
    """Note the deployments. Whatever the order of uploads, the row becomes the same."""
    rows = [_deployment(u, name) for u in uploads for name in {part.deployment for part in u.envelope.parts}]
    connection.execute(_knowing(connection.dialect.name), sorted(rows, key=lambda row: (row["project"], row["name"])))


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
