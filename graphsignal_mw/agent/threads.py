"""The background threads of one process: the one that works, and the one that uploads."""

import logging
import threading
from collections.abc import Callable, Mapping

from graphsignal_mw.delivery import Deadline

WORKER = "graphsignal-mw"
UPLOADER = "graphsignal-mw-upload"

log = logging.getLogger("graphsignal_mw")


class Threads:
    """Started once; ``stop`` tells them to end, ``wake`` tells the upload thread that something waits."""

    def __init__(self) -> None:
        self.started = False
        self.stop, self.wake = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._running: dict[str, threading.Thread] = {}

    def start(self, targets: Mapping[str, Callable[[], None]]) -> None:
        """Start a thread for each of ``targets``, unless that has been done, or another thread is doing it."""
        if self.started or not self._starting.acquire(blocking=False):
            return
        try:
            if not self.started:
                self.started = True
                for name, target in targets.items():
                    self._spawn(name, target)
        finally:
            self._starting.release()

    def is_alive(self, name: str) -> bool:
        """Whether the thread ``name`` could be started and has not ended."""
        return name in self._running and self._running[name].is_alive()

    def end(self) -> None:
        """Tell all threads to end."""
        self.stop.set()
        self.wake.set()

    def join(self, deadline: Deadline) -> None:
        """Wait until the threads have ended, or until the deadline: one may be waiting for an answer."""
        for thread in self._running.values():
            if thread is not threading.current_thread():
                thread.join(deadline.left)

    def _spawn(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # shutdown of the interpreter, or no more threads
            log.warning("graphsignal_mw: no background thread (%s); call flush() to upload", error)
            return
        self._running[name] = thread
