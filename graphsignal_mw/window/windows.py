"""The open windows of one process: records go in, the parts of a delta come out."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.text import bounded_name, bounded_text
from graphsignal_mw.window.gather import Columns, Gathered, Transform
from graphsignal_mw.window.key import Key, bucket_of
from graphsignal_mw.window.limits import Limits
from graphsignal_mw.window.pause import Pause
from graphsignal_mw.window.privacy import covers, hash_columns
from graphsignal_mw.window.release import Release
from graphsignal_mw.wire import Part, stats_to_part

MAX_OPEN = 64
MAX_SIZE = 4 * 1024 * 1024  # bytes of bodies behind all records that are not yet in the statistics


class Windows:
    """Open windows, safe to use from several threads.

    ``window_seconds`` is the width of a bucket. ``min_count``, ``significant_digits`` and ``hashed`` columns are
    the privacy settings; ``hash_key`` makes the hashes of one user differ from another's. ``clock`` is monotonic
    seconds; ``pause`` is called between the steps of longer work. ``lost`` is told how many records could not be
    added, and why.
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
        pause: Pause | None = None,
    ) -> None:
        self.window_seconds = window_seconds
        self._digits = significant_digits
        self._hashed, self._hash_key = frozenset(hashed), hash_key
        self._lock = threading.Lock()
        self._open: dict[Key, WindowStats] = {}
        self._gathered: dict[Key, Gathered] = {}  # what is not yet in the statistics of its open window
        self._size = 0  # bytes that this came with
        self.pause = Pause() if pause is None else pause
        self.lost: Callable[[str, int], None] = lambda _reason, _n: None
        self._limits = Limits()
        self._release = Release(min_count, clock, self.pause)
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

    def key(
        self, deployment: str, metadata: Mapping[str, str], timestamp: float, *, explicit: bool = False
    ) -> Key | None:
        """Return the window of a record at ``timestamp`` (Unix seconds); None for one deployment too many.

        ``explicit`` tells timestamps of users from our clock, which may be wrong: the collector moves its windows.
        """
        known = self._limits.deployment(bounded_name(deployment))
        if known is None:
            return None
        version = self._limits.version(known, bounded_text(metadata.get("model_version", "")), timestamp)
        return Key(known, version, bucket_of(timestamp, self.window_seconds), explicit)

    def add(self, key: Key, gathered: Gathered) -> None:
        """Add gathered records to the window ``key``: many together cost less, so they may wait for others to come."""
        with self._lock:
            self._stats(key)
            waiting = self._gathered.setdefault(key, gathered)
            if waiting is not gathered:
                waiting.extend(gathered)
            self._size += gathered.size
            if waiting.is_due:
                self._fold(key)
            elif self._size >= MAX_SIZE:
                self._fold_all()

    def update(self, key: Key, change: Callable[[WindowStats, Transform], Any]) -> None:
        """Let ``change`` add to the statistics of the window ``key``, under the lock."""
        with self._lock:
            change(self._stats(key), self._transform)

    def cut(self, *, final: bool = False) -> list[Part]:
        """Close all windows and return what may leave; the rest waits, or with ``final`` is dropped and counted."""
        if final:
            self.pause.end()
        with self._lock:
            self._fold_all()
            closed, self._open = self._open, {}
            self.changed = False
            parts = [_part(key, self._release.release(key, stats)) for key, stats in closed.items()]
            return parts + [_part(key, stats) for key, stats in self._release.settle(final=final)]

    def peek(self) -> list[Part]:
        """Return what may leave now, and leave everything as it is: the content of a checkpoint."""
        with self._lock:
            self._fold_all()
            self.changed = False
            return [_part(key, self._release.preview(key, stats)) for key, stats in self._open.items()]

    def is_hashed(self, column: str) -> bool:
        """Whether the values of ``column`` become hashes, for which 1 and 1.0 are two."""
        return covers(self._hashed, column)

    def _stats(self, key: Key) -> WindowStats:
        self.changed = True
        stats = self._open.get(key)
        if stats is None:
            stats = self._open[key] = WindowStats(self._digits)
        return stats

    def _fold(self, key: Key) -> None:
        gathered, stats = self._gathered.pop(key), self._open[key]
        self._size -= gathered.size
        try:
            lost = gathered.fold(stats, self._transform, self.pause)
        except Exception as error:  # noqa: BLE001 - an odd group costs no other
            lost = Counter({f"dropped.internal_{type(error).__name__}": gathered.records})
            stats.counters.update(lost)
        for reason, n in lost.items():
            self.lost(reason, n)

    def _fold_all(self) -> None:
        for key in list(self._gathered):
            self._fold(key)

    def _transform(self, columns: Columns) -> Columns:
        return hash_columns(columns, self._hashed, self._hash_key) if self._hashed else columns


def _part(key: Key, stats: WindowStats) -> Part:
    return stats_to_part(key.deployment, key.version, key.bucket, stats, explicit=key.explicit)
