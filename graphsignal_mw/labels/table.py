"""The predictions that wait for a label: one SQLite file a host, shared by its processes."""

import bisect
import contextlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graphsignal_mw.labels.guard import guard
from graphsignal_mw.labels.remembered import from_bytes

if TYPE_CHECKING:  # some builds of Python have no sqlite3: that costs the join, not the import
    import sqlite3

NAME = "labels-1.sqlite3"  # with the version of its schema
_CHUNK = 5000  # rows that are deleted at once
_CHUNKS = 20  # ... and how often in one transaction
_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS predictions (id BLOB NOT NULL UNIQUE, at REAL NOT NULL, row BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS size (rows INTEGER NOT NULL)",
    "INSERT INTO size (rows) SELECT 0 WHERE NOT EXISTS (SELECT * FROM size)",
)
_PUT = "INSERT INTO predictions (id, at, row) VALUES (?, ?, ?)"
_FIND = "SELECT row FROM predictions WHERE id = ? AND at >= ?"
_DELETE = "DELETE FROM predictions WHERE id = ?"
_OLDEST = "SELECT rowid, at, row FROM predictions ORDER BY rowid LIMIT ?"


class PredictionTable:
    """Rows by id, the oldest given up first: at most ``max_rows``, and ``max_bytes`` on disk with the journal.

    ``seconds`` is how long a row lives; ``clock`` is Unix seconds. No connection outlives a call, so none is carried
    across a fork.
    """

    def __init__(
        self, path: Path, *, max_rows: int, max_bytes: int, seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self.path, self.max_rows, self.max_bytes, self.seconds = path, max_rows, max_bytes, seconds
        self._clock = clock

    def exchange(
        self, rows: Sequence[tuple[bytes, bytes]], wanted: Sequence[bytes], patience: float
    ) -> tuple[list[bytes | None], Counter[str]]:
        """Put ``rows`` (id, content), take out what is ``wanted`` (ids), and delete what is too old or too much.

        Returns the content for each of ``wanted``, None where there is none, and how many rows of each deployment were
        given up before their time. A row is found once. All of it happens, or nothing.

        Raises:
            OSError, RuntimeError, sqlite3.Error: when the table cannot be used, or its lock does not come within
                ``patience`` seconds.

        """
        with guard.inside(patience), self._opened(patience) as connection:
            now = self._clock()
            newest = dict(rows)
            _delete(connection, newest)
            connection.executemany(_PUT, ((identity, now, row) for identity, row in newest.items()))
            connection.execute("UPDATE size SET rows = rows + ?", (len(newest),))
            found = [_take(connection, identity, now - self.seconds) for identity in wanted]
            return found, self._purge(connection, now - self.seconds)

    @contextlib.contextmanager
    def _opened(self, patience: float) -> Iterator["sqlite3.Connection"]:
        """Give a connection inside one transaction; a damaged file is removed, and the next call begins a new one."""
        import sqlite3

        self._make_file()
        try:
            # isolation_level None: transactions are ours.
            connection = sqlite3.connect(self.path, timeout=patience, isolation_level=None, check_same_thread=False)
            with contextlib.closing(connection):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = OFF")  # a cache: a power cut may cost it
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA:
                    connection.execute(statement)
                yield connection
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") in _DAMAGED:
                self._remove()
            raise

    def _make_file(self) -> None:
        """Make the file readable for this user only; SQLite gives its journal the same rights."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink()

    def _purge(self, connection: "sqlite3.Connection", expired: float) -> Counter[str]:
        """Delete the oldest rows while they are expired or too many."""
        given_up: Counter[str] = Counter()
        for _ in range(_CHUNKS):
            oldest = connection.execute(_OLDEST, (_CHUNK,)).fetchall()
            gone = oldest[: self._surplus(connection, [at for _, at, _ in oldest], expired)]
            if not gone:
                break
            rows = [from_bytes(row) for _, at, row in gone if at >= expired]
            given_up.update(row.deployment if row else "" for row in rows)
            connection.execute("DELETE FROM predictions WHERE rowid <= ?", (gone[-1][0],))
            connection.execute("UPDATE size SET rows = rows - ?", (len(gone),))
        return given_up

    def _surplus(self, connection: "sqlite3.Connection", oldest: Sequence[float], expired: float) -> int:
        """Return how many of the oldest rows have to go, of which ``oldest`` are the times."""
        if self._is_large(connection):
            return len(oldest)
        rows: int = connection.execute("SELECT rows FROM size").fetchone()[0]
        return max(rows - self.max_rows, bisect.bisect_left(oldest, expired), 0)

    def _is_large(self, connection: "sqlite3.Connection") -> bool:
        """Whether the pages in use take more than half of the bytes; the other half is for the journal."""
        size, pages, free = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
        )
        return bool(size * (pages - free) > self.max_bytes / 2)


def _take(connection: "sqlite3.Connection", identity: bytes, since: float) -> bytes | None:
    """Take a row out: a label that comes twice counts once."""
    found = connection.execute(_FIND, (identity, since)).fetchone()
    if found is None:
        return None
    _delete(connection, (identity,))
    row: bytes = found[0]
    return row


def _delete(connection: "sqlite3.Connection", identities: Iterable[bytes]) -> None:
    deleted = connection.executemany(_DELETE, ((identity,) for identity in identities)).rowcount
    connection.execute("UPDATE size SET rows = rows - ?", (max(deleted, 0),))
