"""Errors of the storage, as the collector answers them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError

from graphsignal_mw.errors import GraphsignalError

_FULL_CODES = frozenset({"53100"})  # disk_full of PostgreSQL
_FULL_WORDS = ("disk is full", "no space left")


class StorageError(GraphsignalError, OSError):
    """The database cannot be used now: locked for too long, unreachable, failing. Trying again later is right."""


class StorageFullError(StorageError):
    """The disk of the database is full. Nothing was stored, nothing is corrupted."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a driver raises when the database cannot work into :class:`StorageError`."""
    try:
        yield
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
            raise  # a mistake of ours: it should be seen
        kind = StorageFullError if _is_full(error.orig) else StorageError
        raise kind(f"database: {error.orig}") from error


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        # A failed write of the WAL comes as an I/O error, which a full disk is the commonest cause of.
        full = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE}
        return getattr(error, "sqlite_errorcode", None) in full
    text = str(error).lower()
    return getattr(error, "sqlstate", None) in _FULL_CODES or any(word in text for word in _FULL_WORDS)
