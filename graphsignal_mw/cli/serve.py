"""``graphsignal-mw serve``."""

from pathlib import Path

import click

from graphsignal_mw.cli.options import database_options
from graphsignal_mw.server import ServerSettings
from graphsignal_mw.server import serve as run
from graphsignal_mw.tasks import log_to_stderr


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help="Port; 0 for a free one.")
@database_options
@click.option(
    "--detect-every",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look for issues.",
)
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the keys of the first start here, readable by you only, instead of printing them.",
)
@click.option("--require-key", is_flag=True, help="Ask for a key from this machine too, as behind a proxy.")
def serve(
    *,
    host: str,
    port: int,
    data_dir: Path,
    database_url: str | None,
    detect_every: float,
    require_key: bool,
    key_file: Path | None,
) -> None:
    """Run the collector: ingest, store, detection and dashboard.

    The first start prints an admin key and an ingest key, once. From this machine no key is needed; from others,
    send it as "Authorization: Bearer <key>", or give it as the password when the browser asks for one.

    \b
    Examples:
      graphsignal-mw serve
      graphsignal-mw serve --host 0.0.0.0 --port 8900 --data-dir /var/lib/graphsignal-mw
    """  # noqa: D301 - click wants the character \b
    log_to_stderr()
    settings = ServerSettings(
        host=host,
        port=port,
        data_dir=data_dir,
        database_url=database_url,
        detect_every=detect_every,
        require_key=require_key,
        key_file=key_file,
    )
    run(settings, announce=click.echo)
