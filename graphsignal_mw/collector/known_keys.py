"""Keys that were asked about a moment ago: not every upload asks the database for its key."""

import time
from collections.abc import Callable

from graphsignal_mw.store import KeyInfo, Store, digest_of

KEPT_SECONDS = 1.0


class KnownKeys:
    """Valid keys, each for a second after the database was asked; safe to share between threads.

    What is revoked in this process is forgotten at once; what is revoked in another, a second later.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        # Only valid keys get here, so there are as many entries as keys.
        self._found: dict[str, tuple[KeyInfo, int, float]] = {}

    def recall(self, secret: str) -> KeyInfo | None:
        """Return the key that ``secret`` is of where it is known; None where the database has to be asked."""
        if not secret.isascii():
            return None
        info, revocations, until = self._found.get(digest_of(secret), (None, 0, 0.0))
        known = info is not None and self._clock() < until and revocations == self._store.revocations
        return info if known and info is not None and info.is_valid(time.time()) else None

    def authenticate(self, secret: str) -> KeyInfo | None:
        """Return the key that ``secret`` is of; None when it is none, revoked or expired. May ask the database."""
        info = self.recall(secret)
        if info is not None:
            return info
        revocations, until = self._store.revocations, self._clock() + KEPT_SECONDS
        info = self._store.authenticate(secret)
        if info is not None:
            self._found[digest_of(secret)] = (info, revocations, until)
        return info
