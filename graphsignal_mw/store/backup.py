"""A copy of a SQLite database before it is migrated. PostgreSQL has tools of its own for that."""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine

from graphsignal_mw.store.faults import StorageError

logger = logging.getLogger(__name__)


def back_up(engine: Engine, revision: str) -> Path | None:
    """Copy the database, which has ``revision``, to a file beside it and return that; None for PostgreSQL.

    Raises:
        StorageError: it cannot be copied, as for want of room. Nothing is left of the copy.

    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    source = Path(engine.url.database)
    copy = source.with_name(f"{source.name}.{revision}.backup")
    unfinished = source.with_name(f"{copy.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        os.close(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600)
        )  # who may not read the one may not read the other
        _copy(source, unfinished)
        unfinished.replace(copy)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise StorageError(f"database: no backup before migrating, {error}; nothing was changed") from error
    logger.info("migrating the database; as it was before it is kept in %s", copy)
    return copy


def _copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
