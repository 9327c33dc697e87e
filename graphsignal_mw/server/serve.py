"""The process that answers."""

import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from graphsignal_mw import collector
from graphsignal_mw.server.app import create_app
from graphsignal_mw.server.http import protocol
from graphsignal_mw.server.listener import check_certificate, listen
from graphsignal_mw.server.settings import ServerSettings
from graphsignal_mw.server.task_process import STOP_SECONDS, task_process
from graphsignal_mw.store import Store


def serve(settings: ServerSettings, announce: Callable[[str], None] = print) -> None:
    """Run the collector until SIGTERM or SIGINT; what it acknowledged until then is on disk.

    ``announce`` gets the address and, at the very first start, an admin key and an ingest key.

    Raises:
        ConfigError: the address cannot be listened on, the certificate not be used, or the key file not be written.

    """
    check_certificate(settings)
    with contextlib.closing(listen(settings)) as listener, contextlib.closing(Store.open(settings.target)) as store:
        _announce(settings, store, listener, announce)
        server = uvicorn.Server(_uvicorn(create_app(settings, store), settings))
        # What is here now stays: the collector of garbage need not look at it with every few uploads.
        gc.freeze()
        with _signals(), task_process(settings), contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _uvicorn(app: ASGIApp, settings: ServerSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=protocol(),
        log_level="warning",
        access_log=False,
        # The log is ours: uvicorn would write its own lines beside it.
        log_config=None,
        server_header=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        # Who asks is decided by the address of the connection, never by a header.
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """End by an exception: uvicorn sends itself the signal again when it has stopped, and we have still to tidy up."""
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(*_: object) -> NoReturn:
    raise SystemExit(0)


def _announce(settings: ServerSettings, store: Store, listener: socket.socket, announce: Callable[[str], None]) -> None:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    announce(f"graphsignal_mw collector: {settings.scheme}://{shown}:{port}  (data: {settings.shown_target})")
    for line in collector.first_keys(store, settings.project, settings.key_file):
        announce(line)
