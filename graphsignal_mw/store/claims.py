"""Claims: work that one of many collectors does. They end with their connection, however a process ends."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from graphsignal_mw.store.database import Database
from graphsignal_mw.store.faults import translated

_KEYS = bindparam("keys", type_=ARRAY(BigInteger))
# In order, so that nobody waits for another's rows in a circle.
_OFFER = text(
    "INSERT INTO claims SELECT key FROM unnest(:keys) AS wanted (key) ORDER BY key ON CONFLICT DO NOTHING"
).bindparams(_KEYS)
_TAKE = text("SELECT key FROM claims WHERE key = ANY(:keys) FOR UPDATE SKIP LOCKED").bindparams(_KEYS)
_END = text("DELETE FROM claims WHERE key = ANY(:keys)").bindparams(_KEYS)
_WAIT = text("SELECT pg_advisory_xact_lock(:key)")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(:keys) AS wanted (key)").bindparams(_KEYS)
_WINDOWS = "windows"


class Claims(Database):
    """Claims of windows and tasks."""

    @contextmanager
    def claimed(self, names: Sequence[Any]) -> Iterator[list[bool]]:
        """Claim what ``names`` (plain values) name until the block ends; say of each whether it is ours.

        A claim is a locked row, which others pass over. It is none of a window's own rows: an upload changes those,
        and would wait until the window is computed. SQLite has one process with tasks: all is ours.

        Raises:
            StorageError: the database cannot be used now.

        """
        if not names or self.engine.dialect.name != "postgresql":
            yield [True] * len(names)
            return
        keys = [_number(name) for name in names]
        with translated():
            with self.engine.begin() as connection:
                connection.execute(_OFFER, {"keys": keys})
            with self.engine.begin() as connection:
                ours = set(connection.execute(_TAKE, {"keys": keys}).scalars())
                yield [key in ours for key in keys]
                connection.execute(_END, {"keys": list(ours)})


def wait_for(connection: Connection, *name: Any) -> None:
    """Be the only one with ``name`` until the transaction ends. A write of SQLite is alone in any case."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT, {"key": _number(name)})


def write_beside(connection: Connection, projects: Iterable[str]) -> None:
    """Begin to write windows of ``projects`` beside others who do, but not while one :func:`write_alone`."""
    if connection.dialect.name == "postgresql":
        numbers = sorted(_number((_WINDOWS, project)) for project in set(projects))
        connection.execute(_SHARE, {"keys": numbers})


def write_alone(connection: Connection, project: str) -> None:
    """Begin to write whole deployments of ``project``: until the transaction ends, nobody else writes windows there.

    It is waited for here, before anything is locked, so that nobody waits for another in a circle.
    """
    wait_for(connection, _WINDOWS, project)


def _number(name: Any) -> int:
    return int.from_bytes(hashlib.blake2b(repr(tuple(name)).encode(), digest_size=8).digest(), "big", signed=True)
