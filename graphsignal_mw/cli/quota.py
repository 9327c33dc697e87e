"""``graphsignal-mw quota``."""

import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options, existing_store
from graphsignal_mw.store import WHOLE_PROJECT

_MB = 1_000_000
_project = click.option("--project", default="default", show_default=True, help="Project of the quota.")
_deployment = click.option("--deployment", default=WHOLE_PROJECT, help="Deployment; default the whole project.")


@click.group()
def quota() -> None:
    """Limit what may be uploaded in a day (UTC), for a deployment or a whole project.

    What is over it is answered 429, and waits in the spools of its senders. A running collector notices within ten
    seconds.
    """


@quota.command("set")
@click.option("--mb-per-day", type=click.FloatRange(min=0), required=True, help="Megabytes of uploads, as sent.")
@_deployment
@_project
@database_options
def set_quota(*, mb_per_day: float, deployment: str, project: str, data_dir: Path, database_url: str | None) -> None:
    """Set a quota, in place of the one before.

    \b
    Example:
      graphsignal-mw quota set --deployment fraud_detection_prod --mb-per-day 50
    """  # noqa: D301 - click wants the character \b
    store = existing_store(data_dir, database_url)
    store.set_quota(project, deployment, int(mb_per_day * _MB), actor="command line")


@quota.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_project
@database_options
def list_quotas(*, as_json: bool, project: str, data_dir: Path, database_url: str | None) -> None:
    """List quotas, and how much of each was used today."""
    found = [each for each in existing_store(data_dir, database_url).quotas(time.time()) if each.project == project]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        used, allowed = each.used / _MB, each.bytes_per_day / _MB
        click.echo(f"{each.deployment or '(whole project)'}: {used:.1f} of {allowed:.1f} MB today")


@quota.command("remove")
@_deployment
@_project
@database_options
def remove_quota(*, deployment: str, project: str, data_dir: Path, database_url: str | None) -> None:
    """Remove a quota."""
    existing_store(data_dir, database_url).remove_quota(project, deployment, actor="command line")
