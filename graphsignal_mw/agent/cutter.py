"""From open windows to uploads: when to cut and when to save, and the sequence numbers of both."""

import logging
import time
from collections import Counter
from typing import Any

from graphsignal_mw.config import Settings
from graphsignal_mw.delivery import Body, Outbox, to_bodies
from graphsignal_mw.window import Gathered, Windows

log = logging.getLogger("graphsignal_mw")


class Cutter:
    """Cuts ``windows`` into ``outbox``. For one thread at a time."""

    def __init__(self, windows: Windows, outbox: Outbox, boot_id: str, settings: Settings) -> None:
        self.windows, self.outbox, self.boot_id, self.settings = windows, outbox, boot_id, settings
        self._seq = 0
        self._next_upload = time.monotonic() + settings.upload_interval
        self._next_checkpoint = time.monotonic() + settings.checkpoint_seconds

    @property
    def is_due(self) -> bool:
        """Whether it is time to cut."""
        return time.monotonic() >= self._next_upload

    @property
    def is_checkpoint_due(self) -> bool:
        """Whether it is time to save the open windows."""
        return time.monotonic() >= self._next_checkpoint

    def cut(self, *, final: bool = False) -> bool:
        """Close the open windows and queue what may leave; return whether that is anything."""
        self._next_upload = time.monotonic() + self.settings.upload_interval
        self._tell_lost()
        parts = self.windows.cut(final=final)
        if parts:
            bodies = self._bodies(parts)
            self._seq += len(bodies)
            self.outbox.add(bodies)
            log.debug("graphsignal_mw: cut %d parts, %d uploads", len(parts), len(bodies))
        return bool(parts)

    def _tell_lost(self) -> None:
        """Have the collector told of what it will never get."""
        for (deployment, reason), n in self.outbox.lost.take().items():
            key = self.windows.key(deployment, {}, time.time())
            if key is not None:
                self.windows.add(key, Gathered(counters=Counter({f"dropped.{reason}": n})))

    def checkpoint(self) -> None:
        """Save the open windows to the spool, under the sequence number of their final upload."""
        self._next_checkpoint = time.monotonic() + self.settings.checkpoint_seconds
        if self.windows.changed and len(self.windows):
            bodies = self._bodies(self.windows.peek())
            self.windows.pause()
            self.outbox.checkpoint(bodies)

    def _bodies(self, parts: Any) -> list[Body]:  # what windows give and delivery takes: no business of ours
        self.windows.pause()
        return to_bodies(parts, boot_id=self.boot_id, seq=self._seq, window_seconds=self.settings.window_seconds)
