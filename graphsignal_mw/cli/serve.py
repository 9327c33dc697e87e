"""``graphsignal-mw serve``."""

from pathlib import Path
from typing import Any

import click

from graphsignal_mw.cli.options import database_options
from graphsignal_mw.collector import ROLES
from graphsignal_mw.logs import log_to_stderr
from graphsignal_mw.server import ServerSettings
from graphsignal_mw.server import serve as run

_FILE = click.Path(dir_okay=False, path_type=Path)


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
    type=_FILE,
    help="Write the keys of the first start here, readable by you only, instead of printing them.",
)
@click.option("--require-key", is_flag=True, help="Ask for a key from this machine too, as behind a proxy.")
@click.option("--tls-cert", type=_FILE, help="Certificate chain (PEM): speak HTTPS. With --tls-key.")
@click.option("--tls-key", type=_FILE, help="Private key (PEM) of --tls-cert.")
@click.option(
    "--rate-limit",
    type=click.FloatRange(min=0),
    default=100.0,
    show_default=True,
    metavar="N",
    help="Requests a second for each key; 0 for any number.",
)
@click.option("--user-header", metavar="NAME", help="Header in which a trusted proxy names who asks; off by default.")
@click.option("--role-header", metavar="NAME", help=f"Header in which it says the role: {', '.join(ROLES)}.")
@click.option(
    "--default-role",
    type=click.Choice(list(ROLES)),
    default="view",
    show_default=True,
    help="Role of people for whom the proxy says none.",
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    default=("127.0.0.1", "::1"),
    show_default=True,
    metavar="ADDRESS",
    help="Address or network of the proxy; more than once for more.",
)
@click.option("--heartbeat-url", metavar="URL", help="Call this address every minute while all is well.")
@click.option("--json-logs", is_flag=True, help="Write the log as JSON, one object a line.")
def serve(**options: Any) -> None:
    """Run the collector: ingest, store, detection and dashboard.

    The first start prints an admin key and an ingest key, once. From this machine no key is needed; from others,
    programs send it as "Authorization: Bearer <key>", and people sign in with it on a page.

    \b
    Examples:
      graphsignal-mw serve
      graphsignal-mw serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --data-dir /var/lib/graphsignal-mw
    """  # noqa: D301 - click wants the character \b
    log_to_stderr(as_json=options["json_logs"])
    run(ServerSettings(**options), announce=click.echo)
