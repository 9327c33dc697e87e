"""Sessions of people: what a browser holds instead of a key. They end with their key."""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from graphsignal_mw.store.audit import record
from graphsignal_mw.store.keys import KeyInfo, Keys, digest_of, key_info
from graphsignal_mw.store.schema import keys
from graphsignal_mw.store.schema import sessions as table

SESSION_COOKIE = "graphsignal_mw_session"
SESSION_SECONDS = 12 * 3600  # a working day


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who signed in, and with which key."""

    actor: str
    key: KeyInfo


class Sessions(Keys):
    """Sessions of all projects: a token is found by its digest."""

    def sign_in(self, project: str, secret: str, now: float | None = None) -> str | None:
        """Return the token of a new session for the key ``secret``; None without a valid key that may look."""
        moment = time.time() if now is None else now
        key = self.authenticate(secret, moment)
        if key is None or key.project != project or not key.allows("read"):
            return None
        token = secrets.token_urlsafe(32)
        values = {
            "project": key.project,
            "digest": digest_of(token),
            "actor": key.name,
            "key_id": key.id,
            "created_at": moment,
            "expires_at": moment + SESSION_SECONDS,
        }
        with self.write() as connection:
            connection.execute(delete(table).where(table.c.expires_at <= moment))
            connection.execute(insert(table).values(**values))
            record(connection, key.project, key.name, "sign in", key.prefix)
        return token

    def session(self, token: str, now: float | None = None) -> Session | None:
        """Return the session of ``token``; None when there is none, or its key was revoked or is expired."""
        moment = time.time() if now is None else now
        same = (keys.c.project == table.c.project) & (keys.c.id == table.c.key_id)
        query = select(keys, table.c.actor).join_from(table, keys, same)
        with self.read() as connection:
            found = connection.execute(query.where(table.c.digest == digest_of(token), table.c.expires_at > moment))
            row = found.mappings().first()
        if row is None or not (key := key_info(row)).is_valid(moment):
            return None
        return Session(actor=row["actor"], key=key)

    def sign_out(self, token: str) -> None:
        """End the session of ``token``, if there is one."""
        with self.write() as connection:
            ended = delete(table).where(table.c.digest == digest_of(token))
            for project, actor in connection.execute(ended.returning(table.c.project, table.c.actor)):
                record(connection, project, actor, "sign out", "")
