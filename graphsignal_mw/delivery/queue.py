"""The capture queue: bounded in records and bytes, without a lock.

A lock could deadlock when a garbage collection inside ``put`` runs a ``__del__`` that records something. One
thread consumes at a time; each of the two byte counters has one kind of writer. Two producers may overwrite each
other's count of bytes, so the consumer sets the counters even whenever it finds the queue empty. Where there is room
for one record, as many may be let in at once as there are producers.
"""

from collections import deque
from typing import Any

DEFAULT_RECORDS = 10_000
DEFAULT_BYTES = 64 * 1024 * 1024
_CALM = 256


class CaptureQueue:
    """First in, first out; refuses what does not fit. Sizes are bytes.

    While at most ``calm`` records wait, nobody needs to look closely at what is put.
    """

    __slots__ = ("_in", "_items", "_out", "calm", "max_bytes", "max_records")

    def __init__(self, max_records: int = DEFAULT_RECORDS, max_bytes: int = DEFAULT_BYTES) -> None:
        self.max_records, self.max_bytes = max_records, max_bytes
        self.calm = min(_CALM, max_records)
        self._items: deque[tuple[Any, int]] = deque()
        self._in = self._out = 0

    def __len__(self) -> int:
        return len(self._items)

    @property
    def bytes(self) -> int:
        """Bytes that wait; a little off while several threads put, and exact again after the queue was empty."""
        return self._in - self._out

    @property
    def fullness(self) -> float:
        """How full it is, 0 to 1, in records or bytes, whichever is nearer to its bound."""
        return max(len(self._items) / self.max_records, self.bytes / self.max_bytes)

    def put(self, item: Any, size: int = 0, most: int | None = None) -> bool:
        """Append ``item`` and return True, or return False when there is no room, or ``most`` records wait."""
        if len(self._items) >= (most or self.max_records) or self._in - self._out + size > self.max_bytes:
            return False
        self._in += size
        self._items.append((item, size))
        return True

    def take(self, limit: int) -> list[Any]:
        """Return and remove up to ``limit`` items, oldest first. For one consumer at a time."""
        taken = []
        for _ in range(limit):
            try:
                item, size = self._items.popleft()
            except IndexError:
                self._out = self._in  # nothing waits: whatever the counters say is drift
                break
            self._out += size
            taken.append(item)
        return taken
