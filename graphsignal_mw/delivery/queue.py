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
_LIGHT = 256


class CaptureQueue:
    """First in, first out; refuses what does not fit. Sizes are bytes.

    Items of at most ``light_size`` bytes may be appended to ``light`` while fewer than ``light_limit`` are there:
    nothing is counted then, and nothing called. There are few of them, and room for all is kept free. The limit is 0
    before :meth:`accept_light`.
    """

    __slots__ = ("_in", "_items", "_most_light", "_out", "light", "light_limit", "max_bytes", "max_records")

    def __init__(
        self, max_records: int = DEFAULT_RECORDS, max_bytes: int = DEFAULT_BYTES, light_size: int | None = None
    ) -> None:
        self._most_light = min(_LIGHT, max_records, max_bytes // (2 * light_size)) if light_size else 0
        self.max_records, self.max_bytes = max_records, max_bytes - self._most_light * (light_size or 0)
        self._items: deque[tuple[Any, int]] = deque()
        self.light: deque[Any] = deque()
        self.light_limit = self._in = self._out = 0

    def __len__(self) -> int:
        return len(self._items) + len(self.light)

    @property
    def bytes(self) -> int:
        """Bytes that wait, without light items; a little off while several threads put, exact after it was empty."""
        return self._in - self._out

    @property
    def fullness(self) -> float:
        """How full it is, 0 to 1, in records or bytes, whichever is nearer to its bound."""
        return max(len(self) / self.max_records, self.bytes / self.max_bytes)

    def accept_light(self, accepted: bool) -> None:
        """Say whether light items may come: while somebody takes them, and need not look before."""
        self.light_limit = self._most_light if accepted else 0

    def put(self, item: Any, size: int = 0) -> bool:
        """Append ``item`` and return True, or return False when there is no room."""
        if len(self) >= self.max_records or self._in - self._out + size > self.max_bytes:
            return False
        self._in += size
        self._items.append((item, size))
        return True

    def take(self, limit: int) -> list[Any]:
        """Return and remove up to ``limit`` items, oldest first of each kind. For one consumer at a time."""
        some = limit if not self._items else (limit + 1) // 2
        taken = [self.light.popleft() for _ in range(min(some, len(self.light)))]
        for _ in range(limit - len(taken)):
            try:
                item, size = self._items.popleft()
            except IndexError:
                self._out = self._in  # nothing waits: whatever the counters say is drift
                break
            self._out += size
            taken.append(item)
        return taken
