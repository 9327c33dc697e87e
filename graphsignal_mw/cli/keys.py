"""``graphsignal-mw keys``."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options, existing_store
from graphsignal_mw.store import SCOPES, KeyInfo

_DAY = 86400
_project = click.option("--project", default="default", show_default=True, help="Project of the key.")


@click.group()
def keys() -> None:
    """Create, list and revoke API keys.

    A key belongs to a project and has scopes: ingest (send statistics, annotate releases), read (look at
    everything), edit (look, and act on issues), admin (all).
    """


@keys.command()
@click.option("--name", required=True, help="Whose key it is, such as the name of a service.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=("ingest",),
    show_default=True,
    help="What it may do; more than once for more.",
)
@click.option("--expires-days", type=click.FloatRange(min=0, min_open=True), help="Days until it ends; default never.")
@_project
@database_options
def create(
    *,
    name: str,
    scopes: tuple[str, ...],
    expires_days: float | None,
    project: str,
    data_dir: Path,
    database_url: str | None,
) -> None:
    """Create a key and print it: it cannot be shown again.

    \b
    Example:
      graphsignal-mw keys create --name checkout-service --scope ingest
    """  # noqa: D301 - click wants the character \b
    expires_at = None if expires_days is None else time.time() + expires_days * _DAY
    store = existing_store(data_dir, database_url)
    click.echo(store.create_key(project, scopes, name, expires_at=expires_at, actor="command line"))


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_project
@database_options
def list_keys(*, as_json: bool, project: str, data_dir: Path, database_url: str | None) -> None:
    """List keys: their beginnings, never the keys."""
    found = existing_store(data_dir, database_url).keys(project)
    if as_json:
        click.echo(json.dumps([asdict(key) for key in found], indent=2))
        return
    for key in found:
        click.echo(f"{key.id:>4}  {key.prefix}…  {','.join(key.scopes):<12}  {_state(key):<32}  {key.name}")


@keys.command()
@click.argument("key")
@_project
@database_options
def revoke(*, key: str, project: str, data_dir: Path, database_url: str | None) -> None:
    """Revoke KEY, given by its number or its beginning as `keys list` shows them. It ends at once."""
    info = existing_store(data_dir, database_url).revoke_key(project, key, actor="command line")
    click.echo(f"Revoked {info.prefix}… ({info.name})")


def _state(key: KeyInfo) -> str:
    if key.revoked_at is not None:
        return f"revoked {_moment(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= time.time():
        return f"expired {_moment(key.expires_at)}"
    return "never used" if key.last_used is None else f"last used {_moment(key.last_used)}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
