"""Claims: work that one of many collectors does. They end with their connection, however a process ends."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from graphsignal_mw.store.database import Database
from graphsignal_mw.store.faults import translated

_TRY = text(
    "SELECT pg_try_advisory_xact_lock(key) FROM unnest(:keys) WITH ORDINALITY AS wanted (key, place) ORDER BY place"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
_WAIT = text("SELECT pg_advisory_xact_lock(:key)")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(key) FROM unnest(:keys) AS wanted (key)").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)
_WINDOWS = "windows"


class Claims(Database):
    """Claims of windows and tasks."""

    @contextmanager
    def claimed(self, names: Sequence[Any]) -> Iterator[list[bool]]:
        """Claim what ``names`` (plain values) name until the block ends; say of each whether it is ours.

        SQLite has one process with tasks: all is ours.

        Raises:
            StorageError: the database cannot be used now.

        """
        if self.engine.dialect.name != "postgresql":
            yield [True] * len(names)
            return
        with translated(), self.engine.begin() as connection:
            found = connection.execute(_TRY, {"keys": [_number(name) for name in names]})
            yield list(found.scalars())


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
