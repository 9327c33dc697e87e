"""Issues: what detection found, and what people did about it."""

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, Update, insert, select, update

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.schema import issue_events
from graphsignal_mw.store.schema import issues as table

CLOCK = "clock"  # family of the issues that ingest opens: detection knows nothing of them
STATES = ("open", "acknowledged", "muted", "resolved")
ACTIONS = {"acknowledge": "acknowledged", "mute": "muted", "resolve": "resolved", "accept": "resolved"}


@dataclass(kw_only=True)
class Issue:
    """What a person sees and resolves: findings of one family in one deployment.

    ``opened`` and ``updated`` are starts of windows and ``resolved`` a moment or None, all in Unix seconds.
    ``columns`` are mappings with ``stream``, ``name``, ``effect`` and ``explanation``. ``decision`` is what a
    person did last (a key of :data:`ACTIONS`, or ""), ``decided_at`` when. ``id`` is None until it is saved.
    """

    deployment: str
    family: str
    severity: str
    opened: int
    updated: int
    state: str = "open"
    id: int | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)
    resolved: int | None = None
    explanation: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    decision: str = ""
    decided_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class IssueEvent:
    """Something that happened to an issue; ``at`` is Unix seconds."""

    at: float
    action: str
    actor: str


class Issues(Database):
    """Issues of a project."""

    def issues(
        self, project: str, deployment: str | None = None, state: str | None = None, family: str | None = None
    ) -> list[Issue]:
        """Return issues, the latest opened first."""
        query = select(table).where(table.c.project == project).order_by(table.c.opened.desc(), table.c.id.desc())
        if deployment is not None:
            query = query.where(table.c.deployment == deployment)
        if state is not None:
            query = query.where(table.c.state == state)
        if family is not None:
            query = query.where(table.c.family == family)
        with self.read() as connection:
            return [issue_of(row) for row in connection.execute(query).mappings()]

    def issue(self, project: str, issue_id: int) -> Issue:
        """Return one issue.

        Raises:
            UnknownNameError: the project has no such issue.

        """
        with self.read() as connection:
            return read_issue(connection, project, issue_id)

    def issue_events(self, project: str, issue_id: int) -> list[IssueEvent]:
        """Return what happened to an issue, the oldest first."""
        found = issue_events.c
        query = select(found.at, found.action, found.actor).order_by(found.id)
        with self.read() as connection:
            rows = connection.execute(query.where(found.project == project, found.issue_id == issue_id)).mappings()
            return [IssueEvent(at=row["at"], action=row["action"], actor=row["actor"]) for row in rows]

    def set_issue_state(self, project: str, issue_id: int, action: str, actor: str) -> Issue:
        """Do ``action`` (a key of :data:`ACTIONS`) and return the issue as it is then.

        Raises:
            UnknownNameError: the project has no such issue.
            ValueError: there is no such action.

        """
        if action not in ACTIONS:
            raise ValueError(f"action: {action!r}; expected one of {', '.join(ACTIONS)}")
        now = time.time()
        state = ACTIONS[action]
        with self.write() as connection:
            issue = read_issue(connection, project, issue_id, lock=True)
            resolved = (issue.resolved or int(now)) if state == "resolved" else None
            values = {"state": state, "decision": action, "decided_at": now, "resolved": resolved}
            connection.execute(update_issue(project, issue_id).values(**values))
            log_event(connection, project, issue_id, now, action, actor)
            return read_issue(connection, project, issue_id)


def update_issue(project: str, issue_id: int) -> Update:
    """Return an UPDATE of one issue, its values still to be given."""
    return update(table).where(table.c.project == project, table.c.id == issue_id)


def read_issue(connection: Connection, project: str, issue_id: int, *, lock: bool = False) -> Issue:
    """Return one issue, or raise UnknownNameError; with ``lock`` nobody else changes it until the transaction ends."""
    query = select(table).where(table.c.project == project, table.c.id == issue_id)
    if lock:
        query = query.with_for_update()  # PostgreSQL; a write of SQLite is alone
    # Beyond a BIGINT there is no id, and the driver would refuse to ask.
    row = connection.execute(query).mappings().one_or_none() if issue_id < 2**63 else None
    if row is None:
        raise UnknownNameError(f"issue: {issue_id}; this project has no such issue")
    return issue_of(row)


def issue_of(row: RowMapping) -> Issue:
    """Return the issue of one row."""
    return Issue(**{name: row[name] for name in row if name != "project"})


def log_event(connection: Connection, project: str, issue_id: int, at: float, action: str, actor: str) -> None:
    """Note that something happened to an issue."""
    connection.execute(
        insert(issue_events).values(project=project, issue_id=issue_id, at=at, action=action, actor=actor)
    )
