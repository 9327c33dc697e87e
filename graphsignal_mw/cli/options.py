"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from graphsignal_mw.store import Store

DATA_DIR = "graphsignal-mw-data"


def database_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data-dir`` and ``--database-url``."""
    url = click.option(
        "--database-url",
        metavar="URL",
        envvar="GRAPHSIGNAL_MW_DATABASE_URL",
        show_envvar=True,  # where a password is seen by nobody else
        help="PostgreSQL instead, postgresql://user:password@host/name. Needs graphsignal-mw[postgres].",
    )
    folder = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=DATA_DIR,
        show_default=True,
        help="Directory of the SQLite database.",
    )
    return folder(url(command))


def existing_store(data_dir: Path, database_url: str | None) -> Store:
    """Open the store that ``serve`` made; a directory without one is a mistake, not a new store."""
    if database_url is None and not any(data_dir.glob("*.db")):
        raise click.UsageError(f"--data-dir: {str(data_dir)!r} holds no database; expected the one of serve")
    return Store.open(database_url or data_dir)
