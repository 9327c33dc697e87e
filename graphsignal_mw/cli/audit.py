"""``graphsignal-mw audit``."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options, existing_store


@click.command()
@click.option("--project", default="default", show_default=True, help="Project to look at.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many entries.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@database_options
def audit(*, project: str, limit: int, as_json: bool, data_dir: Path, database_url: str | None) -> None:
    """Say who did what, the latest first: keys, sign-ins, deletions, quotas."""
    found = existing_store(data_dir, database_url).audit(project, limit)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in found], indent=2))
        return
    for entry in found:
        moment = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        click.echo(f"{moment}  {entry.actor or '-':<20}  {entry.action:<18}  {entry.detail}")
