"""Pauses, in which others have the interpreter."""

import time
from collections.abc import Callable

LONGEST = 0.00025  # seconds of work in one piece: as long may a request wait for it
REST = 0.001  # seconds


class Pause:
    """Called before each step of longer work: sleeps when one like the last would take them beyond :data:`LONGEST`.

    ``clock`` is monotonic seconds. One thread works at a time.
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._has_ended = False
        self.begin()

    def begin(self) -> None:
        """Say that work begins now."""
        self._since = self._last = self._clock()

    def __call__(self) -> None:
        """Sleep if it is time to."""
        now = self._clock()
        if (now - self._since) + (now - self._last) > LONGEST and not self._has_ended:
            self._sleep(REST)
            self.begin()
        else:
            self._last = now

    def end(self) -> None:
        """Sleep no more: there is little time left, and nobody to wait for."""
        self._has_ended = True
