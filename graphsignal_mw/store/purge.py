"""Purging: old parts are folded into the base of their window, old identities are forgotten."""

from sqlalchemy import Connection, delete, exists, select, update

from graphsignal_mw.store import schema
from graphsignal_mw.store.compact import recompute
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.deltas import WINDOW
from graphsignal_mw.store.span import WindowKey
from graphsignal_mw.wire import pack_part

DAY = 86400
_WINDOWS = (
    schema.parts,
    schema.dirty,
    schema.bases,
    schema.windows,
    schema.columns,
    schema.column_sketches,
    schema.details,
)


class Purging(Database):
    """What is not needed any more."""

    def purge(
        self,
        now: float,
        *,
        keep_parts: float = 3 * DAY,
        keep_deltas: float = 400 * DAY,
        keep_windows: float = 401 * DAY,
    ) -> int:
        """Fold parts received more than ``keep_parts`` seconds ago into bases; return how many windows had some.

        A window that waits to be computed is left alone. Identities of uploads are forgotten after
        ``keep_deltas`` seconds: an upload that comes again later would count twice. Windows end after
        ``keep_windows`` seconds, which is more than an upload may be late.
        """
        keys = self._old_windows(now - keep_parts)
        for key in keys:
            with self.write() as connection:
                _fold(connection, key)
        with self.write() as connection:
            connection.execute(delete(schema.deltas).where(schema.deltas.c.received_at < now - keep_deltas))
        self._end_windows(int(now - keep_windows))
        return len(keys)

    def _end_windows(self, before: int) -> None:
        table = schema.deployments
        query = select(table.c.project, table.c.name).where(table.c.first_window < before)
        with self.read() as connection:
            found = [(project, name) for project, name in connection.execute(query)]
        for project, name in found:
            with self.write() as connection:
                _end(connection, project, name, before)

    def _old_windows(self, before: float) -> list[WindowKey]:
        parts, dirty = schema.parts, schema.dirty
        same = (parts.c[name] == dirty.c[name] for name in WINDOW)
        query = select(*(parts.c[name] for name in WindowKey._fields)).where(parts.c.received_at < before)
        with self.read() as connection:
            found = connection.execute(query.where(~exists().where(*same)).distinct())
            return [WindowKey(*row) for row in found]


def _end(connection: Connection, project: str, deployment: str, before: int) -> None:
    """Delete the windows of a deployment that start before ``before``, and note that none is older."""
    for table in _WINDOWS:
        key = (table.c.project == project, table.c.deployment == deployment)
        connection.execute(delete(table).where(*key, table.c.bucket < before))
    names, known = schema.names, schema.deployments
    key = (names.c.project == project, names.c.deployment == deployment)
    connection.execute(delete(names).where(*key, names.c.day < before // DAY))
    of_it = (known.c.project == project, known.c.name == deployment)
    connection.execute(update(known).where(*of_it).values(first_window=before))


def _fold(connection: Connection, key: WindowKey) -> None:
    """Make base and parts of a window its new base, all in the transaction of ``connection``."""
    part = recompute(connection, key)
    if part is None:
        return
    statement = insert(connection, schema.bases)
    statement = statement.on_conflict_do_update(index_elements=WINDOW, set_={"data": statement.excluded.data})
    connection.execute(statement, {**key._asdict(), "data": pack_part(part)})
    connection.execute(delete(schema.parts).where(key.of(schema.parts)))
