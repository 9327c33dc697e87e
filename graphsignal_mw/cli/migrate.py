"""``graphsignal-mw migrate``."""

from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options
from graphsignal_mw.store import Store, revisions


@click.command()
@database_options
def migrate(*, data_dir: Path, database_url: str | None) -> None:
    """Bring the collector's database up to date, or create it. `serve` does the same when it starts."""
    current, _ = revisions(Store.open(database_url or data_dir).engine)
    click.echo(f"The database is at revision {current}.")
