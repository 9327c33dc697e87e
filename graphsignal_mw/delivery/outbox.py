"""What waits for upload: deltas on disk, or in memory where the disk refuses."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphsignal_mw.delivery.frames import Body
from graphsignal_mw.delivery.spool import Spool
from graphsignal_mw.errors import SpoolError

MAX_MEMORY = 16 * 1024 * 1024

log = logging.getLogger("graphsignal_mw")


@dataclass(slots=True)
class Item:
    """One delta: its file, or its bodies where there is no file."""

    path: Path | None
    bodies: Sequence[Body] = ()

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return sum(len(body.data) for body in self.bodies)


class Outbox:
    """First in, first out; bounded on disk by the spool and in memory by :data:`MAX_MEMORY` bytes."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.items: deque[Item] = deque()
        self.dropped: dict[str, int] = {}
        self._warned = False

    def open(self) -> None:
        """Open the spool, adopt what others left, and queue everything that waits on disk."""
        try:
            self.spool.open()
            self.spool.adopt()
            self.items.extend(Item(path) for path in self.spool.pending())
        except (SpoolError, OSError) as error:
            self._warn(error)

    def add(self, bodies: Sequence[Body]) -> None:
        """Queue a complete delta, on disk if possible."""
        try:
            self.items.append(Item(self.spool.commit(bodies)))
        except SpoolError as error:
            self._warn(error)
            self.items.append(Item(None, bodies))
            self._trim()

    def checkpoint(self, bodies: Sequence[Body]) -> None:
        """Write the open windows to disk, if it lets us."""
        try:
            self.spool.checkpoint(bodies)
        except SpoolError as error:
            self._warn(error)

    def load(self, item: Item) -> Sequence[Body]:
        """Return the bodies of ``item``; none, and counted, when its file is damaged or gone."""
        if item.path is None:
            return item.bodies
        try:
            return self.spool.read(item.path)
        except SpoolError as error:
            log.error("graphsignal_mw: a delta on disk is lost: %s", error)
            self.spool.remove(item.path, "spool_damaged")
            return ()

    def done(self, item: Item) -> None:
        """Forget a delta that was delivered or refused."""
        if item.path is not None:
            self.spool.remove(item.path)
        if item in self.items:
            self.items.remove(item)

    def counts(self) -> dict[str, int]:
        """Return how many deltas were given up, by reason."""
        return {**self.spool.dropped, **self.dropped}

    def _trim(self) -> None:
        while sum(item.size for item in self.items) > MAX_MEMORY and len(self.items) > 1:
            oldest = next(item for item in self.items if item.path is None)
            self.items.remove(oldest)
            self.dropped["memory_full"] = self.dropped.get("memory_full", 0) + 1

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            log.error("graphsignal_mw: %s. Until then deltas wait in memory, and are lost if the process ends.", error)
