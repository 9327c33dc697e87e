"""The open windows of one process: records go in, the parts of a delta come out."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.text import bounded_name, bounded_text
from graphsignal_mw.window.gather import Columns, Gathered, Transform
from graphsignal_mw.window.key import Key, bucket_of
from graphsignal_mw.window.limits import Limits
from graphsignal_mw.window.privacy import hash_columns
from graphsignal_mw.window.release import Release
from graphsignal_mw.wire import Part, stats_to_part

MAX_OPEN = 64


class Windows:
    """Open windows, safe to use from several threads.

    ``window_seconds`` is the width of a bucket. ``min_count``, ``significant_digits`` and ``hashed`` columns are
    the privacy settings; ``hash_key`` makes the hashes of one user differ from another's. ``clock`` is monotonic
    seconds.
    """

    def __init__(
        self,
        *,
        window_seconds: int,
        min_count: int = 5,
        significant_digits: int | None = 4,
        hashed: Sequence[str] = (),
        hash_key: bytes = b"",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.window_seconds = window_seconds
        self._digits = significant_digits
        self._hashed, self._hash_key = frozenset(hashed), hash_key
        self._lock = threading.Lock()
        self._open: dict[Key, WindowStats] = {}
        self._limits = Limits()
        self._release = Release(min_count, clock)
        self.changed = False

    def __len__(self) -> int:
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether it is time to cut early: more buckets are open than one delta should hold."""
        return len(self._open) >= MAX_OPEN

    def knows(self, deployment: str) -> bool:
        """Whether there has been a window of ``deployment``."""
        return bounded_name(deployment) in self._limits

    def key(self, deployment: str, metadata: Mapping[str, str], timestamp: float) -> Key | None:
        """Return the window of a record at ``timestamp`` (Unix seconds); None for one deployment too many."""
        known = self._limits.deployment(bounded_name(deployment))
        if known is None:
            return None
        version = self._limits.version(known, bounded_text(metadata.get("model_version", "")), timestamp)
        return Key(known, version, bucket_of(timestamp, self.window_seconds))

    def add(self, key: Key, gathered: Gathered) -> None:
        """Add gathered records to the window ``key``."""
        self.update(key, gathered.fold)

    def update(self, key: Key, change: Callable[[WindowStats, Transform], Any]) -> None:
        """Let ``change`` add to the statistics of the window ``key``, under the lock."""
        with self._lock:
            stats = self._open.get(key)
            if stats is None:
                stats = self._open[key] = WindowStats(self._digits)
            change(stats, self._transform)
            self.changed = True

    def cut(self, *, final: bool = False) -> list[Part]:
        """Close all windows and return what may leave; the rest waits, or with ``final`` is dropped and counted."""
        with self._lock:
            closed, self._open = self._open, {}
            self.changed = False
            parts = [stats_to_part(*key, self._release.release(key, stats)) for key, stats in closed.items()]
            return parts + [stats_to_part(*key, stats) for key, stats in self._release.settle(final=final)]

    def peek(self) -> list[Part]:
        """Return what may leave now, and leave everything as it is: the content of a checkpoint."""
        with self._lock:
            self.changed = False
            return [stats_to_part(*key, self._release.preview(key, stats)) for key, stats in self._open.items()]

    def _transform(self, columns: Columns) -> Columns:
        return hash_columns(columns, self._hashed, self._hash_key) if self._hashed else columns
