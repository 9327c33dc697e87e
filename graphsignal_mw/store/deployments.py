"""Deployments: which there are, and when something last came of them."""

from dataclasses import dataclass

from sqlalchemy import RowMapping, func, or_, select, update

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
        """Return one deployment.

        Raises:
            UnknownNameError: the project has no such deployment.

        """
        for deployment in self.deployments(project):
            if deployment.name == name:
                return deployment
        raise UnknownNameError(f"deployment: {name!r}; this project has no such deployment")

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
        """Return the projects that deployments belong to, sorted."""
        column = schema.deployments.c.project
        with self.read() as connection:
            return list(connection.execute(select(column).distinct().order_by(column)).scalars())


def _deployment(row: RowMapping, open_issues: int) -> Deployment:
    fields = ("project", "name", "window_seconds", "first_window", "last_window", "last_received")
    return Deployment(**{name: row[name] for name in fields}, open_issues=open_issues)
