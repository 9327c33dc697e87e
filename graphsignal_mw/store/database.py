"""The connection to SQLite or PostgreSQL: transactions that read, transactions that write."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from graphsignal_mw.errors import ConfigError, MissingExtraError
from graphsignal_mw.store.faults import translated

FILE_NAME = "graphsignal_mw.db"
_BUSY_MS = 30_000


class Database:
    """What every noun of the store is made with. A read never waits for a write.

    On SQLite there is one write at a time. On PostgreSQL there are many: what is read in order to be written is
    locked where it is read.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading, self._writing = _modes(engine)
        # Threads of one process queue here, which is fairer and cheaper than SQLite's polling.
        self._lock: AbstractContextManager[Any] = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one snapshot.

        Raises:
            StorageError: the database cannot be used now.

        """
        with translated(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write in one transaction, committed when the block ends and rolled back when it raises.

        Raises:
            StorageError: the database cannot be used now; StorageFullError when its disk is full.

        """
        with translated(), self._lock, self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def _modes(engine: Engine) -> tuple[Engine, Engine]:
    """Return the engine as it reads, all of a transaction in one snapshot, and as it writes."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), engine
    return engine, engine.execution_options(writes=True)


def insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT that knows ON CONFLICT, in the dialect of ``connection``."""
    return insert_in(connection.dialect.name, table)


def insert_in(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT that knows ON CONFLICT, in ``dialect``."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def connect(target: str | Path) -> Engine:
    """Return the engine for a directory, a file, or a URL ``sqlite:///`` or ``postgresql://``.

    Raises:
        ConfigError: for a URL of another kind, or one that cannot be read; it says no password.
        MissingExtraError: PostgreSQL without its driver.

    """
    url = _url(target)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    if url.get_backend_name() != "sqlite":
        raise ConfigError([f"database URL: {str(url)!r}; expected sqlite:/// or postgresql://"])
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _url(target: str | Path) -> URL:
    if isinstance(target, str) and "://" in target:
        try:
            return make_url(target)
        except (ArgumentError, ValueError):  # they would repeat the password
            raise ConfigError(
                ["database URL: it cannot be read; expected postgresql://user:password@host/name"]
            ) from None
    path = Path(target).expanduser()
    if path.is_dir() or not path.suffix:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = path / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    return URL.create("sqlite", database=str(path))


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ImportError:
        raise MissingExtraError("PostgreSQL", "postgres") from None


def _configure_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # The driver's own transactions begin too late and without IMMEDIATE: ours are in _begin_sqlite.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    # What was acknowledged survives a power cut, which NORMAL does not promise in WAL.
    connection.execute("PRAGMA synchronous = FULL")
    # Two more waits for the disk each time: 16 MB of uploads are worth them.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
