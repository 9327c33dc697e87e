"""``graphsignal-mw delete``."""

from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options, existing_store


@click.command()
@click.argument("deployment")
@click.option("--project", default="default", show_default=True, help="Project of the deployment.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database_options
def delete(*, deployment: str, project: str, yes: bool, data_dir: Path, database_url: str | None) -> None:
    """Delete DEPLOYMENT: its windows, issues and markers. There is no way back; `export` keeps a copy.

    The collector may be running. What is uploaded later makes the deployment anew.
    """
    store = existing_store(data_dir, database_url)
    store.deployment(project, deployment)
    if not yes:
        click.confirm(f"Delete {deployment!r} and everything that is known of it?", abort=True)
    rows = store.delete_deployment(project, deployment, actor="command line")
    click.echo(f"Deleted {deployment} ({rows} rows)")
