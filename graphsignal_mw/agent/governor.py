"""The governor: keeps the background thread under its share of a core, by looking into fewer bodies.

A token bucket of CPU seconds: it fills at ``share`` seconds a second, and holds what :data:`HORIZON` seconds give.
While it is more than half full, every body is looked into: a minute's budget may be spent at once. Below that the
part of the requests that is looked into follows the level, so that under a steady load spending settles at what flows
in, without swinging. The choice is random and knows nothing of the request, so that what is looked into is a fair
sample; requests, statuses, latency and labels are never sampled.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graphsignal_mw.records import Exchange

HORIZON = 120.0  # seconds of share that may be saved up, and owed
LEAST = 0.01  # of the bodies, however little time there is: some picture is better than none


class Governor:
    """Decides how many bodies the background thread may look into; ``keep`` is that part of them, 0 to 1.

    ``share`` is CPU seconds a second. ``clock`` is monotonic seconds, ``cpu`` CPU seconds of the calling thread.
    """

    def __init__(
        self, share: float, clock: Callable[[], float] = time.monotonic, cpu: Callable[[], float] = time.thread_time
    ) -> None:
        self.share, self.keep = share, 1.0
        self._clock, self._cpu = clock, cpu
        self._capacity = self._level = share * HORIZON
        self._filled = clock()
        self._random = random.Random()  # noqa: S311 - no secret, and not the app's own, which it may have seeded

    def admit(self, exchange: Exchange, fullness: float = 0.0) -> None:
        """Let go of the bodies that will not be looked into: of failures, and of what is left out of the sample.

        ``fullness`` of the queue, 0 to 1: bodies are given up before whole requests have to be.
        """
        keep = min(self.keep, 4.0 * (1.0 - fullness))
        if not exchange.succeeded:
            exchange.request_body = exchange.response_body = b""
        elif keep < 1.0 and not exchange.endpoint.is_ground_truth and self._random.random() >= keep:
            exchange.request_body = exchange.response_body = b""
            exchange.request_state = exchange.response_state = "sampled"

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count the CPU time of what the calling thread does inside."""
        began = self._cpu()
        try:
            yield
        finally:
            self._spend(self._cpu() - began)

    def _spend(self, seconds: float) -> None:
        now = self._clock()
        level = self._level + (now - self._filled) * self.share - seconds
        self._level, self._filled = max(-self._capacity, min(self._capacity, level)), now
        self.keep = max(LEAST, min(1.0, 2.0 * self._level / self._capacity))
