"""Removing a deployment: everything that is kept of it."""

from sqlalchemy import delete, select

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import schema
from graphsignal_mw.store.audit import record
from graphsignal_mw.store.database import Database


class Removal(Database):
    """What is taken away on purpose."""

    def delete_deployment(self, project: str, name: str, *, actor: str = "") -> int:
        """Delete a deployment with its windows, issues and markers; return how many rows that were.

        The identities of its uploads stay, so that none counts twice. What is uploaded later makes it anew.

        Raises:
            UnknownNameError: the project has no such deployment.

        """
        known, issues, events = schema.deployments, schema.issues, schema.issue_events
        its_own = select(issues.c.id).where(issues.c.project == project, issues.c.deployment == name)
        with self.write() as connection:
            ended = delete(known).where(known.c.project == project, known.c.name == name)
            if not connection.execute(ended).rowcount:
                raise UnknownNameError(f"deployment: {name!r}; this project has no such deployment")
            gone = delete(events).where(events.c.project == project, events.c.issue_id.in_(its_own))
            rows = 1 + connection.execute(gone).rowcount
            for table in schema.metadata.sorted_tables:
                if {"project", "deployment"} <= set(table.c.keys()):
                    same = (table.c.project == project, table.c.deployment == name)
                    rows += connection.execute(delete(table).where(*same)).rowcount
            record(connection, project, actor, "delete deployment", f"{name}: {rows} rows")
        return rows
