"""What waits for upload: deltas on disk, or in memory where the disk refuses."""

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphsignal_mw.delivery.frames import Body
from graphsignal_mw.delivery.lost import Lost
from graphsignal_mw.delivery.spool import Spool
from graphsignal_mw.errors import SpoolError

MAX_MEMORY = 16 * 1024 * 1024

log = logging.getLogger("graphsignal_mw")


@dataclass(slots=True, eq=False)
class Item:
    """One delta: its file, or its bodies where there is no file."""

    path: Path | None
    bodies: Sequence[Body] = ()

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return sum(len(body.data) for body in self.bodies)


class Outbox:
    """First in, first out; bounded on disk by the spool and in memory by :data:`MAX_MEMORY` bytes.

    One thread adds while another sends.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.dropped: dict[str, int] = {}
        self._items: deque[Item] = deque()
        self._lock = threading.Lock()
        self._warned = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def lost(self) -> Lost:
        """What was in the deltas that were given up or refused."""
        return self.spool.lost

    def open(self) -> None:
        """Open the spool, adopt what others left, and queue everything that waits on disk."""
        try:
            self.spool.open()
            self.spool.adopt()
            found = [Item(path) for path in self.spool.pending()]
        except OSError as error:
            self._warn(error)
            return
        with self._lock:
            self._items.extendleft(reversed(found))

    def add(self, bodies: Sequence[Body]) -> None:
        """Queue a complete delta, on disk if possible."""
        try:
            item = Item(self.spool.commit(bodies))
        except OSError as error:
            self._warn(error)
            item = Item(None, bodies)
        with self._lock:
            self._items.append(item)
            self._trim()

    def checkpoint(self, bodies: Sequence[Body]) -> None:
        """Write the open windows to disk, if it lets us."""
        try:
            self.spool.checkpoint(bodies)
        except OSError as error:
            self._warn(error)

    def first(self) -> Item | None:
        """Return the oldest delta, or None when nothing waits."""
        with self._lock:
            return self._items[0] if self._items else None

    def load(self, item: Item) -> Sequence[Body]:
        """Return the bodies of ``item``; none, and counted, when its file is damaged or gone."""
        if item.path is None:
            return item.bodies
        try:
            return self.spool.read(item.path)
        except FileNotFoundError:
            self._lost(item.path)
        except SpoolError as error:
            log.error("graphsignal_mw: a delta on disk is lost: %s", error)
            self.spool.remove(item.path, "spool_damaged")
        return ()

    def done(self, item: Item) -> None:
        """Forget a delta that was delivered or refused."""
        if item.path is not None:
            self.spool.remove(item.path)
        else:
            self.spool.discard_checkpoint(item.bodies[0].seq)
        with self._lock, contextlib.suppress(ValueError):
            self._items.remove(item)

    def save(self) -> int:
        """Write to disk what waits in memory, if it lets us now; return how many deltas stay in memory."""
        with self._lock:
            for item in self._items:
                if item.path is None:
                    with contextlib.suppress(OSError):
                        item.path = self.spool.commit(item.bodies)
            return sum(item.path is None for item in self._items)

    def counts(self) -> dict[str, int]:
        """Return how many deltas were given up, by reason."""
        return {**self.spool.dropped, **self.dropped}

    def _lost(self, path: Path) -> None:
        """Count a file that is gone, unless the spool itself made room with it and has counted it."""
        if path.name not in self.spool.given_up:
            log.error("graphsignal_mw: a delta on disk is lost: %s was removed", path)
            self.dropped["spool_removed"] = self.dropped.get("spool_removed", 0) + 1

    def _trim(self) -> None:
        in_memory = [item for item in self._items if item.path is None]
        size = sum(item.size for item in in_memory)
        for oldest in in_memory[:-1]:
            if size <= MAX_MEMORY:
                return
            size -= oldest.size
            self._items.remove(oldest)
            self.lost.add("memory_full", oldest.bodies)
            self.dropped["memory_full"] = self.dropped.get("memory_full", 0) + 1

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.error("graphsignal_mw: %s. Until then deltas wait in memory, and are lost if the process ends.", error)
