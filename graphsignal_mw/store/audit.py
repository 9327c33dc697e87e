"""The audit log: who did what, and when."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from graphsignal_mw.store.database import Database
from graphsignal_mw.store.schema import audit as table


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One thing that someone did; ``at`` is Unix seconds."""

    at: float
    actor: str
    action: str
    detail: str


class Audit(Database):
    """The audit log of a project."""

    def audit(self, project: str, limit: int = 100) -> list[AuditEntry]:
        """Return the latest entries, the latest first."""
        column = table.c
        query = select(column.at, column.actor, column.action, column.detail).where(column.project == project)
        with self.read() as connection:
            rows = connection.execute(query.order_by(column.id.desc()).limit(limit)).mappings()
            return [AuditEntry(**dict(row)) for row in rows]


def record(connection: Connection, project: str, actor: str, action: str, detail: str) -> None:
    """Add an entry, in the transaction of what it is about."""
    values = {"project": project, "at": time.time(), "actor": actor, "action": action, "detail": detail}
    connection.execute(insert(table).values(**values))
