"""Server root: the app of the collector, and the two processes that ``serve`` runs."""

import contextlib
import logging
import multiprocessing
import re
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import NoReturn

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from graphsignal_mw import collector, dashboard, tasks
from graphsignal_mw.errors import ConfigError
from graphsignal_mw.store import Store

logger = logging.getLogger(__name__)

_STOP_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How the collector runs. Without ``database_url`` it keeps a SQLite file in ``data_dir``.

    ``detect_every`` is seconds. ``project`` is the one of the dashboard and of callers without a key, who are
    accepted from this machine only, and not at all with ``require_key``. The keys of the first start are
    announced, or written to ``key_file``.

    Raises:
        ConfigError: naming every wrong value.

    """

    host: str = "127.0.0.1"
    port: int = 8900
    data_dir: Path = Path("graphsignal-mw-data")
    database_url: str | None = None
    detect_every: float = 60.0
    project: str = "default"
    require_key: bool = False
    key_file: Path | None = None

    def __post_init__(self) -> None:
        checks = (
            ("port", self.port, 0 <= self.port <= 65535, "0 to 65535"),
            ("detect_every", self.detect_every, 0 < self.detect_every <= 86400, "seconds, at most 86400"),
            ("project", self.project, bool(self.project), "a name"),
        )
        problems = [f"{key}: {value!r}; expected {expected}" for key, value, right, expected in checks if not right]
        if problems:
            raise ConfigError(problems)

    @property
    def target(self) -> str:
        """What :meth:`Store.open` is given."""
        return self.database_url or str(self.data_dir)

    @property
    def shown_target(self) -> str:
        """The same for people: without a password."""
        return re.sub(r"://[^@/]*@", "://***@", self.target)


def create_app(settings: ServerSettings, store: Store | None = None) -> ASGIApp:
    """Return the app: ingest, read API, health and dashboard. Without ``store`` it opens, and closes, its own."""
    held = store or Store.open(settings.target)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if store is None:
            held.close()

    app = Starlette(
        routes=[*collector.routes(held), *dashboard.routes(held, settings.project)],
        exception_handlers=collector.HANDLERS,
        lifespan=lifespan,
    )
    keeper = collector.Gatekeeper(store=held, project=settings.project, require_key=settings.require_key)
    # Outside of everything, so that no answer leaves without its headers.
    return collector.Guard(app, keeper)


def serve(settings: ServerSettings, announce: Callable[[str], None] = print) -> None:
    """Run the collector until SIGTERM or SIGINT; what it acknowledged until then is on disk.

    ``announce`` gets the address and, at the very first start, an admin key and an ingest key.

    Raises:
        ConfigError: the address cannot be listened on, or the key file not be written.

    """
    with contextlib.closing(listen(settings)) as listener, contextlib.closing(Store.open(settings.target)) as store:
        _announce(settings, store, listener, announce)
        server = uvicorn.Server(_uvicorn(create_app(settings, store)))
        with _signals(), task_process(settings), contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def listen(settings: ServerSettings) -> socket.socket:
    """Return a socket bound to host and port, or raise ConfigError."""
    try:
        return _bound(settings.host, settings.port)
    except OSError as error:
        where = f"host, port: {settings.host}:{settings.port}; {error.strerror}"
        raise ConfigError([f"{where}; expected an address of this machine and a free port"]) from None


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.contextmanager
def task_process(settings: ServerSettings) -> Iterator[None]:
    """Run the background tasks in a process of their own; one that dies is started again."""
    ending = threading.Event()
    watcher = threading.Thread(target=_watch, args=(settings, ending), name="task-process", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ending.set()
        watcher.join()


def _watch(settings: ServerSettings, ending: threading.Event) -> None:
    process = _start(settings)
    while not ending.wait(0.2):
        if not process.is_alive():
            logger.error("the task process ended with exit code %s; starting it again", process.exitcode)
            ending.wait(1.0)
            process = _start(settings)
    process.terminate()
    process.join(_STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def _start(settings: ServerSettings) -> SpawnProcess:
    # Spawned, not forked: threads and connections of this process are of no use there.
    process = multiprocessing.get_context("spawn").Process(
        target=tasks.run_process, args=(settings.target, settings.detect_every), name="tasks", daemon=True
    )
    process.start()
    return process


def _uvicorn(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Who asks is decided by the address of the connection, never by a header.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
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
    announce(f"graphsignal_mw collector: http://{shown}:{port}  (data: {settings.shown_target})")
    for line in collector.first_keys(store, settings.project, settings.key_file):
        announce(line)
