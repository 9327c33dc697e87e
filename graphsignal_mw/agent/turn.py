"""Locks of the client: one that knows its owner, and one that a forked child makes anew."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turn:
    """The right to do the pipeline's work; one thread at a time has it.

    A garbage collection inside that work may run a ``__del__`` that records something: it does not get the turn,
    and must not wait for itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread has the turn."""
        return self._owner == threading.get_ident()

    @contextmanager
    def within(self, seconds: float) -> Iterator[bool]:
        """Hold the turn, and tell whether it came within ``seconds``; a thread that has it gets no second one."""
        if self.is_mine or not self._lock.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            yield False
            return
        self._owner = threading.get_ident()
        try:
            yield True
        finally:
            self._owner = None
            self._lock.release()


class ProcessLock:
    """A lock, made by the process that first needs it.

    A lock that another thread holds at the moment of a fork stays locked in the child for ever, so the child makes its
    own. By the pid, as not every server runs the hooks of ``os.register_at_fork``.
    """

    def __init__(self) -> None:
        self._locks: dict[int, threading.RLock] = {}

    def __call__(self) -> "threading.RLock":
        """Return the lock of this process; the thread that holds it may take it again."""
        pid = os.getpid()
        lock = self._locks.get(pid)
        return lock if lock is not None else self._locks.setdefault(pid, threading.RLock())
