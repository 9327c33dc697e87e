"""Keeps SQLite and forks apart: its locks, held by another thread at a fork, would stay locked in the child."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

FORK_PATIENCE = 1.0  # seconds that a fork may wait for a look at the table, which takes milliseconds


class Guard:
    """One for the process, as SQLite's own locks are: a fork waits until no thread is inside.

    Where it could not wait, as the hooks of ``os.register_at_fork`` did not run or it took too long, ``inside`` refuses
    in the child what might never come back.
    """

    def __init__(self) -> None:
        self._locks: list[threading.Lock] = []  # the one there is, once somebody was inside: gevent patches late
        self._forking: int | None = None  # the thread that holds the lock for its fork
        self._usable = True

    @contextmanager
    def inside(self, seconds: float) -> Iterator[None]:
        """Keep forks out.

        Raises:
            TimeoutError: when the lock does not come within ``seconds``.
            RuntimeError: in a process that was forked while SQLite was in use.

        """
        if not self._usable:
            raise RuntimeError("forked while the table was in use")
        if not self._locks:
            self._locks.append(threading.Lock())  # of two that come first together, the second one's is never used
        lock = self._locks[0]
        if not lock.acquire(timeout=seconds):
            raise TimeoutError("the table is in use by another thread, or was when this process was forked")
        try:
            yield
        finally:
            lock.release()

    def before_fork(self) -> None:
        """Wait until no thread is inside."""
        if self._locks and self._locks[0].acquire(timeout=FORK_PATIENCE):
            self._forking = threading.get_ident()

    def after_in_parent(self) -> None:
        """Let threads in again."""
        if self._forking == threading.get_ident():
            self._forking = None
            self._locks[0].release()

    def after_in_child(self) -> None:
        """Begin anew; not usable where a thread was inside."""
        if self._forking != threading.get_ident() and self._locks and self._locks[0].locked():
            self._usable = False
        self._forking, self._locks = None, []


guard = Guard()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=guard.before_fork, after_in_parent=guard.after_in_parent, after_in_child=guard.after_in_child
    )
