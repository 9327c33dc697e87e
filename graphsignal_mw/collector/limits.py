"""Rate limits: a token bucket for each key, in the memory of one collector."""

import math
import threading
import time
from collections.abc import Callable

from graphsignal_mw.collector.problems import Problem

BURST_SECONDS = 10.0


class RateLimit:
    """``rate`` requests a second for each key, and as many at once as come in ten seconds; safe between threads."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self._clock = rate, max(1.0, rate * BURST_SECONDS), clock
        self._lock = threading.Lock()
        # Only keys that are valid get here, so there are as many entries as keys.
        self._left: dict[int, tuple[float, float]] = {}

    def take(self, key: int) -> None:
        """Take one token of ``key``.

        Raises:
            Problem: 429 with ``Retry-After``, when there is none.

        """
        with self._lock:
            now = self._clock()
            left, at = self._left.get(key, (self.burst, now))
            left = min(self.burst, left + (now - at) * self.rate)
            self._left[key] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            wait = math.ceil((1 - left) / self.rate)
            detail = f"rate: more than {self.rate:g} requests a second with this key; try again in {wait} s"
            raise Problem(429, detail, headers={"Retry-After": str(wait)})
