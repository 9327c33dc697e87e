"""The API of those who run it: the audit log, other names and the end of deployments."""

from dataclasses import asdict
from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.pages import LARGEST_PAGE, PAGE
from graphsignal_mw.collector.params import parse_count
from graphsignal_mw.collector.problems import invalid


def list_audit(call: Call) -> list[dict[str, Any]]:
    """Who did what, the latest first."""
    limit = parse_count("limit", call.query.get("limit"), PAGE, LARGEST_PAGE)
    return [asdict(entry) for entry in call.store.audit(call.project, limit)]


def rename_deployment(call: Call) -> dict[str, Any]:
    """Give a deployment another ``name``."""
    before, name = call.path["deployment"], call.json().get("name")
    if not isinstance(name, str):
        raise invalid("name", name, "a name for the deployment", 422)
    call.store.rename_deployment(call.project, before, name, actor=call.caller.name)
    return {"renamed": before, "name": name}


def delete_deployment(call: Call) -> dict[str, Any]:
    """Delete a deployment with everything that is known of it."""
    name = call.path["deployment"]
    return {"deleted": name, "rows": call.store.delete_deployment(call.project, name, actor=call.caller.name)}
