"""``graphsignal-mw rename``."""

from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options, existing_store


@click.command()
@click.argument("deployment")
@click.argument("name")
@click.option("--project", default="default", show_default=True, help="Project of the deployment.")
@database_options
def rename(*, deployment: str, name: str, project: str, data_dir: Path, database_url: str | None) -> None:
    """Give DEPLOYMENT another NAME. Its history, issues, markers and quota stay with it.

    The collector may be running. Senders need not know: what they upload under the name before belongs to it.

    \b
    Example:
      graphsignal-mw rename fraud_detection_prod fraud_prod
    """  # noqa: D301 - click wants the character \b
    existing_store(data_dir, database_url).rename_deployment(project, deployment, name, actor="command line")
    click.echo(f"{deployment} is now called {name}")
