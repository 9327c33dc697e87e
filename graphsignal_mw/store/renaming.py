"""Renaming a deployment: it keeps all that it has, and gets what is uploaded under the names that it had before."""

from sqlalchemy import Connection, delete, select, update

from graphsignal_mw.errors import NameTakenError
from graphsignal_mw.store import schema
from graphsignal_mw.store.audit import record
from graphsignal_mw.store.claims import write_alone
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.deployments import current_name, expect_deployment
from graphsignal_mw.store.names import check_name


class Renaming(Database):
    """Names that deployments get."""

    def rename_deployment(self, project: str, name: str, new: str, *, actor: str = "") -> None:
        """Call a deployment ``new``, with its windows, issues, markers and quota.

        What is uploaded under ``name``, or under a name that it had before, belongs to it from now on.

        Raises:
            UnknownNameError: the project has no deployment ``name``.
            InvalidNameError: no deployment may be called ``new``.
            NameTakenError: ``new`` is, or was, the name of another one.

        """
        check_name(new)
        with self.write() as connection:
            write_alone(connection, project)
            expect_deployment(connection, project, name)
            if new == name:
                return
            _expect_free(connection, project, name, new)
            for table, column in schema.OF_DEPLOYMENT:
                its_own = (table.c.project == project, column == name)
                if connection.execute(select(column).where(*its_own).limit(1)).first() is None:
                    continue
                # Such as a quota of that name: what comes with the deployment takes its place.
                connection.execute(delete(table).where(table.c.project == project, column == new))
                connection.execute(update(table).where(*its_own).values({column: new}))
            aliases = schema.aliases
            connection.execute(delete(aliases).where(aliases.c.project == project, aliases.c.name == new))
            connection.execute(aliases.insert(), {"project": project, "name": name, "deployment": new})
            record(connection, project, actor, "rename deployment", f"{name} to {new}")


def _expect_free(connection: Connection, project: str, name: str, new: str) -> None:
    known = schema.deployments.c
    taken = select(known.name).where(known.project == project, known.name == new)
    belongs_to = current_name(connection, project, new)
    if belongs_to not in {new, name} or connection.execute(taken).first():
        raise NameTakenError(f"deployment: {new!r} is the name of another one, or was; expected a name that is free")
