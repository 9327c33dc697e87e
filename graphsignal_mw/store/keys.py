"""API keys: shown once, kept as a digest."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store.audit import record
from graphsignal_mw.store.claims import wait_for
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.schema import keys as table

SCOPES = ("ingest", "read", "edit", "admin")
_MORE = {"admin": frozenset(SCOPES), "edit": frozenset({"read"})}  # what a scope has besides itself
_MARK = "gs_"
_PREFIX = 11  # of the secret: enough to find the row, and to tell keys apart in a list
_ANY = select(table.c.id).limit(1)
_USED_EVERY = 60.0  # seconds: an upload does not write its key's row each time


@dataclass(frozen=True, kw_only=True)
class KeyInfo:
    """What is known of a key: not the key. Times are Unix seconds; ``prefix`` begins the secret."""

    id: int
    project: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None = None
    last_used: float | None = None
    revoked_at: float | None = None

    def allows(self, scope: str) -> bool:
        """Whether the key has ``scope``, by its name or through a greater one."""
        return allows(self.scopes, scope)

    def is_valid(self, now: float) -> bool:
        """Whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def allows(scopes: Collection[str], scope: str) -> bool:
    """Whether ``scopes`` have ``scope``: edit has read, admin has all."""
    return any(scope == each or scope in _MORE.get(each, ()) for each in scopes)


class Keys(Database):
    """Keys of projects."""

    revocations = 0  # by this process: who keeps a key in mind asks whether it still holds

    def create_key(
        self, project: str, scopes: Collection[str], name: str, *, expires_at: float | None = None, actor: str = ""
    ) -> str:
        """Create a key and return its secret, which cannot be read again.

        Raises:
            ValueError: a scope is none of :data:`SCOPES`, or there is none.

        """
        with self.write() as connection:
            return _create(connection, project, scopes, name, expires_at, actor)

    def create_first_keys(self, project: str, scopes: Collection[str], *, actor: str = "") -> list[str]:
        """Create a key for each of ``scopes`` and return their secrets; none where any project has a key.

        Of many who ask at once, one gets them.
        """
        with self.write() as connection:
            wait_for(connection, "first keys")
            if connection.execute(_ANY).first():
                return []
            return [_create(connection, project, [scope], f"first {scope}", None, actor) for scope in scopes]

    def keys(self, project: str) -> list[KeyInfo]:
        """Return the keys of a project, the oldest first."""
        query = select(table).where(table.c.project == project).order_by(table.c.id)
        with self.read() as connection:
            return [key_info(row) for row in connection.execute(query).mappings()]

    def has_keys(self) -> bool:
        """Whether any project has a key."""
        with self.read() as connection:
            return connection.execute(_ANY).first() is not None

    def authenticate(self, secret: str, now: float | None = None) -> KeyInfo | None:
        """Return the key that ``secret`` is of; None when it is none, revoked or expired."""
        if not secret.isascii():
            return None
        moment = time.time() if now is None else now
        digest = digest_of(secret)
        with self.read() as connection:
            query = select(table).where(table.c.prefix == secret[:_PREFIX])
            rows = list(connection.execute(query).mappings())
        for row in rows:
            info = key_info(row)
            if hmac.compare_digest(row["digest"], digest) and info.is_valid(moment):
                self._use(info, moment)
                return info
        return None

    def revoke_key(self, project: str, key: str, *, actor: str = "") -> KeyInfo:
        """Revoke the key whose id or prefix is ``key`` and return it.

        Raises:
            UnknownNameError: the project has no such key.

        """
        with self.write() as connection:
            info = _find(connection, project, key)
            connection.execute(_update(info).values(revoked_at=info.revoked_at or time.time()))
            record(connection, project, actor, "revoke key", f"{info.name} {info.prefix}")
            revoked = _find(connection, project, key)
        self.revocations += 1
        return revoked

    def _use(self, info: KeyInfo, now: float) -> None:
        if info.last_used is not None and now - info.last_used < _USED_EVERY:
            return
        with self.write() as connection:
            connection.execute(_update(info).values(last_used=now))


def _create(
    connection: Connection, project: str, scopes: Collection[str], name: str, expires_at: float | None, actor: str
) -> str:
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong or not scopes:
        raise ValueError(f"scopes: {wrong or list(scopes)}; expected some of {', '.join(SCOPES)}")
    secret = _MARK + secrets.token_urlsafe(32)
    values = {
        "project": project,
        "name": name,
        "prefix": secret[:_PREFIX],
        "digest": digest_of(secret),
        "scopes": sorted(set(scopes)),
        "created_at": time.time(),
        "expires_at": expires_at,
    }
    connection.execute(insert(table).values(**values))
    record(connection, project, actor, "create key", f"{name} {secret[:_PREFIX]}")
    return secret


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    # The secret is 32 random bytes: nothing to guess, so a fast digest is right.
    return hashlib.sha256(secret.encode()).hexdigest()


def _update(info: KeyInfo) -> Any:
    return update(table).where(table.c.project == info.project, table.c.id == info.id)


def _find(connection: Connection, project: str, key: str) -> KeyInfo:
    for row in connection.execute(select(table).where(table.c.project == project)).mappings():
        if key in {str(row["id"]), row["prefix"]}:
            return key_info(row)
    raise UnknownNameError(f"key: {key!r}; expected the id or the prefix of a key of project {project!r}")


def key_info(row: RowMapping) -> KeyInfo:
    """Return the key of a row."""
    values = {name: row[name] for name in KeyInfo.__dataclass_fields__ if name != "scopes"}
    return KeyInfo(**values, scopes=tuple(row["scopes"]))
