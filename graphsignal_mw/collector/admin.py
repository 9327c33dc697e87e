"""The API of those who run it: the audit log, and the end of a deployment."""

from dataclasses import asdict
from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.pages import LARGEST_PAGE, PAGE
from graphsignal_mw.collector.params import parse_count


def list_audit(call: Call) -> list[dict[str, Any]]:
    """Who did what, the latest first."""
    limit = parse_count("limit", call.query.get("limit"), PAGE, LARGEST_PAGE)
    return [asdict(entry) for entry in call.store.audit(call.project, limit)]


def delete_deployment(call: Call) -> dict[str, Any]:
    """Delete a deployment with everything that is known of it."""
    name = call.path["deployment"]
    return {"deleted": name, "rows": call.store.delete_deployment(call.project, name, actor=call.caller.name)}
