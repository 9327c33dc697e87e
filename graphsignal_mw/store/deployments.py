"""Deployments: which there are, and when something last came of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, or_, select, union, update

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One deployment. Windows are given by their starts; all times are Unix seconds."""

    project: str
    name: str
    window_seconds: int
    first_window: int
    last_window: int
    last_received: float
    open_issues: int = 0


Aliases = Mapping[tuple[str, str], str]
"""Deployments by project and a name that they had before."""


class Deployments(Database):
    """Deployments of a project, known since their first upload."""

    def deployments(self, project: str) -> list[Deployment]:
        """Return deployments with their issues that are open or acknowledged, sorted by name."""
        issues = schema.issues.c
        active = issues.state.in_(("open", "acknowledged"))
        counts = select(issues.deployment, func.count()).where(issues.project == project, active)
        table = schema.deployments
        query = select(table).where(table.c.project == project).order_by(table.c.name)
        with self.read() as connection:
            open_issues = {name: int(n) for name, n in connection.execute(counts.group_by(issues.deployment))}
            rows = list(connection.execute(query).mappings())
        return [_deployment(row, open_issues.get(row["name"], 0)) for row in rows]

    def deployment(self, project: str, name: str) -> Deployment:
        """Return the deployment that is, or once was, called ``name``.

        Raises:
            UnknownNameError: the project has no such deployment.

        """
        with self.read() as connection:
            current = current_name(connection, project, name)
        for deployment in self.deployments(project):
            if deployment.name == current:
                return deployment
        raise _unknown(name)

    def aliases(self, projects: Collection[str]) -> Aliases:
        """Return the deployments of some projects by the names that they had before."""
        with self.read() as connection:
            return aliases_of(connection, projects)

    def changed_deployments(self) -> list[Deployment]:
        """Return deployments of all projects whose windows were computed since detection last saw them."""
        table = schema.deployments
        new = or_(table.c.detected_at.is_(None), table.c.computed_at > table.c.detected_at)
        query = select(table).where(table.c.computed_at.is_not(None), new)
        with self.read() as connection:
            return [_deployment(row, 0) for row in connection.execute(query).mappings()]

    def set_detected(self, project: str, name: str, at: float) -> None:
        """Note that detection has seen what was computed before ``at`` (Unix seconds)."""
        table = schema.deployments
        condition = (table.c.project == project, table.c.name == name)
        with self.write() as connection:
            connection.execute(update(table).where(*condition).values(detected_at=at))

    def projects(self) -> list[str]:
        """Return the projects that deployments or keys belong to, sorted."""
        query = union(select(schema.deployments.c.project), select(schema.keys.c.project))
        with self.read() as connection:
            return sorted(connection.execute(query).scalars())


def aliases_of(connection: Connection, projects: Collection[str]) -> Aliases:
    """Return the deployments of some projects by the names that they had before."""
    table = schema.aliases
    query = select(table.c.project, table.c.name, table.c.deployment).where(table.c.project.in_(projects))
    return {(project, name): current for project, name, current in connection.execute(query)}


def current_name(connection: Connection, project: str, name: str) -> str:
    """Return what the deployment is called that once was ``name``: mostly that."""
    return aliases_of(connection, [project]).get((project, name), name)


def expect_deployment(connection: Connection, project: str, name: str) -> None:
    """Raise UnknownNameError where the project has no deployment that is called ``name`` now."""
    table = schema.deployments
    if not connection.execute(select(table.c.name).where(table.c.project == project, table.c.name == name)).first():
        raise _unknown(name)


def _unknown(name: str) -> UnknownNameError:
    return UnknownNameError(f"deployment: {name!r}; this project has no such deployment")


def _deployment(row: RowMapping, open_issues: int) -> Deployment:
    fields = ("project", "name", "window_seconds", "first_window", "last_window", "last_received")
    return Deployment(**{name: row[name] for name in fields}, open_issues=open_issues)
