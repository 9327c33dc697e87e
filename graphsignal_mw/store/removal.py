"""Removing a deployment: everything that is kept of it."""

from sqlalchemy import delete, select

from graphsignal_mw.store import schema
from graphsignal_mw.store.audit import record
from graphsignal_mw.store.claims import write_alone
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.deployments import expect_deployment


class Removal(Database):
    """What is taken away on purpose."""

    def delete_deployment(self, project: str, name: str, *, actor: str = "") -> int:
        """Delete a deployment with its windows, issues and markers; return how many rows that were.

        The identities of its uploads stay, so that none counts twice. What is uploaded later, under the
        name that its senders know, makes it anew.

        Raises:
            UnknownNameError: the project has no such deployment.

        """
        issues, events = schema.issues, schema.issue_events
        its_issues = select(issues.c.id).where(issues.c.project == project, issues.c.deployment == name)
        with self.write() as connection:
            write_alone(connection, project)
            expect_deployment(connection, project, name)
            gone = delete(events).where(events.c.project == project, events.c.issue_id.in_(its_issues))
            rows = connection.execute(gone).rowcount
            for table, column in schema.OF_DEPLOYMENT:
                rows += connection.execute(delete(table).where(table.c.project == project, column == name)).rowcount
            record(connection, project, actor, "delete deployment", f"{name}: {rows} rows")
        return rows
