"""The API of issues."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.pages import Page, paginate
from graphsignal_mw.collector.views import issue_view
from graphsignal_mw.store import STATES, Issue


def list_issues(call: Call) -> Page:
    """Issues of the project, the latest opened first; of one ``deployment`` and ``state``."""
    state = call.choice("state", STATES)
    found = call.store.issues(call.project, deployment=call.query.get("deployment") or None, state=state)
    return paginate(found, call.query, _order, issue_view)


def get_issue(call: Call) -> dict[str, Any]:
    """One issue, with what happened to it."""
    issue = call.store.issue(call.project, call.path["id"])
    events = call.store.issue_events(call.project, call.path["id"])
    return {**issue_view(issue), "events": [asdict(event) for event in events]}


def act(action: str) -> Callable[[Call], dict[str, Any]]:
    """Return the handler of one action."""

    def handle(call: Call) -> dict[str, Any]:
        issue = call.store.set_issue_state(call.project, call.path["id"], action, call.caller.name)
        return issue_view(issue)

    return handle


def _order(issue: Issue) -> tuple[int, int]:
    return -issue.opened, -(issue.id or 0)
