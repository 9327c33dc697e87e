"""What detection found, saved without losing what people decided."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select

from graphsignal_mw.store.claims import write_beside
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.deployments import current_name
from graphsignal_mw.store.issues import Issue, issue_of, log_event, read_issue, update_issue
from graphsignal_mw.store.plain import plain
from graphsignal_mw.store.schema import issues as table


class Detected(Database):
    """Issues as detection makes them."""

    def save_issues(self, project: str, deployment: str, found: Sequence[Issue]) -> list[Issue]:
        """Save what detection found of one deployment, keeping what people decided; return those that are new.

        An issue is the same when family and ``opened`` are.
        """
        with self.write() as connection:
            write_beside(connection, [project])
            name = current_name(connection, project, deployment)  # it may have been renamed meanwhile
            known = {(issue.family, issue.opened): issue for issue in _of(connection, project, name)}
            unique = {(issue.family, issue.opened): replace(issue, deployment=name) for issue in found}
            saved = [_save(connection, project, issue, known.get(key)) for key, issue in unique.items()]
        return [issue for issue in saved if issue is not None]


def merged_state(new: Issue, known: Issue) -> str:
    """State of an issue that is found again, given what a person decided.

    What was resolved opens anew when a window that began after that still shows it; what was accepted does not.
    """
    if new.resolved is not None or known.decision == "accept":
        return "resolved"
    if known.state != "resolved":
        return known.state
    if known.decision == "resolve" and known.decided_at is not None and new.updated <= known.decided_at:
        return "resolved"
    return "open"


def _save(connection: Connection, project: str, new: Issue, known: Issue | None) -> Issue | None:
    if known is None or known.id is None:
        return _create(connection, project, new)
    state = merged_state(new, known)
    resolved = (new.resolved or known.resolved) if state == "resolved" else None
    values = {**_values(new), "state": state, "resolved": resolved}
    connection.execute(update_issue(project, known.id).values(**values))
    if state != known.state:
        log_event(connection, project, known.id, time.time(), "reopen" if state == "open" else "resolve", "detection")
    return None


def _create(connection: Connection, project: str, new: Issue) -> Issue:
    state = "open" if new.resolved is None else "resolved"
    values = {**_values(new), "state": state, "resolved": new.resolved, "decision": ""}
    key = {"project": project, "deployment": new.deployment, "family": new.family, "opened": new.opened}
    issue_id = connection.execute(insert(table).values(**key, **values).returning(table.c.id)).scalar_one()
    log_event(connection, project, issue_id, time.time(), "open", "detection")
    return read_issue(connection, project, issue_id)


def _values(issue: Issue) -> dict[str, Any]:
    return {
        "severity": issue.severity,
        "columns": plain(issue.columns),
        "updated": issue.updated,
        "explanation": issue.explanation,
        "evidence": plain(issue.evidence),
    }


def _of(connection: Connection, project: str, deployment: str) -> list[Issue]:
    query = select(table).where(table.c.project == project, table.c.deployment == deployment)
    query = query.with_for_update()  # what a person decides meanwhile waits, and is not undone (PostgreSQL)
    return [issue_of(row) for row in connection.execute(query).mappings()]
