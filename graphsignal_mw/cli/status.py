"""``graphsignal-mw status``."""

import json
import time
from pathlib import Path
from typing import Any

import click

from graphsignal_mw.cli.options import database_options, existing_store
from graphsignal_mw.store import Deployment, Store, revisions

_MB = 1_000_000


@click.command()
@click.option("--project", default="default", show_default=True, help="Project to look at.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@database_options
def status(*, project: str, as_json: bool, data_dir: Path, database_url: str | None) -> None:
    """Say what the collector's database holds: deployments, when data last came, open issues, room.

    The collector may be running or not.
    """
    found = describe(existing_store(data_dir, database_url), project, time.time())
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"Revision {found['revision']}; rows: " + ", ".join(f"{n} {t}" for t, n in found["rows"].items()))
    free = found["disk_free_bytes"]
    left = "" if free is None else f", {free / _MB:,.0f} MB left on its disk"
    click.echo(f"The database takes {found['bytes'] / _MB:,.1f} MB{left}")
    for each in found["deployments"]:
        click.echo(f"{each['name']}: last data {each['seconds_ago']:.0f} s ago, {each['open_issues']} open issues")


def describe(store: Store, project: str, now: float) -> dict[str, Any]:
    """Return the state of ``store`` as plain values; ``now`` is Unix seconds."""
    space = store.space()
    return {
        "revision": revisions(store.engine)[0],
        "rows": store.sizes(),
        "bytes": space.used,
        "disk_free_bytes": space.free,
        "deployments": [_deployment(each, now) for each in store.deployments(project)],
    }


def _deployment(deployment: Deployment, now: float) -> dict[str, Any]:
    return {
        "name": deployment.name,
        "last_received": deployment.last_received,
        "seconds_ago": max(0.0, now - deployment.last_received),
        "last_window": deployment.last_window,
        "open_issues": deployment.open_issues,
    }
