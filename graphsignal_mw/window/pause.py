"""Pauses, in which others have the interpreter."""

import time
from collections.abc import Callable

LONGEST = 0.00015  # seconds of work in one piece: as long may a request wait for one
LONGEST_OF_MANY = 0.0005  # seconds, where there is a backlog
REST = 0.001  # seconds


class Pause:
    """Called before each step of longer work: sleeps when one like the last would take the piece beyond its length.

    Each pause costs: caches are cold after it, and the interpreter has to be had back from a thread that is busy. So
    pieces are longer where there is more to do than time for it. ``clock`` is monotonic seconds. One thread works at a
    time.
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self.many = False
        """Whether pieces of work follow one another: then longer steps cost less."""
        self._has_ended = False
        self.begin()

    def expect(self, *, many: bool) -> None:
        """Say whether ``many`` pieces of work follow one another."""
        self.many = many

    def begin(self) -> None:
        """Say that work begins now."""
        self._since = self._last = self._clock()

    def __call__(self) -> None:
        """Sleep if it is time to."""
        now = self._clock()
        longest = LONGEST_OF_MANY if self.many else LONGEST
        if (now - self._since) + (now - self._last) > longest and not self._has_ended:
            self._sleep(REST)
            self.begin()
        else:
            self._last = now

    def end(self) -> None:
        """Sleep no more: there is little time left, and nobody to wait for."""
        self._has_ended = True
