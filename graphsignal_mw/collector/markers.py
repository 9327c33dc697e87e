"""The API of markers."""

from dataclasses import asdict
from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.pages import Page, paginate
from graphsignal_mw.collector.params import Range, parse_moment
from graphsignal_mw.collector.problems import invalid
from graphsignal_mw.store import Deployment

_LONGEST = 250


def list_markers(call: Call, deployment: Deployment, when: Range) -> Page:
    """Releases and the like in a range, in the order of time."""
    found = call.store.markers(call.project, deployment.name, *when)
    return paginate(found, call.query, lambda m: (m.at, m.id), asdict)


def add_marker(call: Call) -> dict[str, Any]:
    """Annotate a moment (``at``, default now) with a ``text``, such as a release."""
    deployment, body = call.deployment(), call.json()
    text, at = body.get("text"), body.get("at")
    if not isinstance(text, str) or not text.isprintable() or not 0 < len(text.strip()) <= _LONGEST:
        raise invalid("text", text, f"a line of 1 to {_LONGEST} characters", 422)
    if at is not None and (isinstance(at, bool) or not isinstance(at, (str, int, float))):
        raise invalid("at", at, "a moment in ISO 8601 or Unix seconds", 422)
    moment = int(call.now) if at is None else parse_moment("at", str(at))
    marker = call.store.add_marker(call.project, deployment.name, text.strip(), at=moment, actor=call.caller.name)
    return asdict(marker)
