"""Sending what waits: in order, with full jitter between attempts, obeying ``Retry-After``.

Full jitter: Brooker (2015), "Exponential backoff and jitter".
"""

import logging
import random
import threading
import time
from collections import Counter

from graphsignal_mw.delivery.outbox import Item, Outbox
from graphsignal_mw.delivery.sink import Answer, Sink

FIRST_DELAY = 1.0
LONGEST_DELAY = 300.0

log = logging.getLogger("graphsignal_mw")


class Uploader:
    """Drains an outbox into a sink. ``counters`` are uploads, bytes_uploaded, duplicates, refused, retries."""

    def __init__(self, outbox: Outbox, sink: Sink) -> None:
        self.outbox, self.sink = outbox, sink
        self.counters: Counter[str] = Counter()
        self._sending = threading.Lock()
        self._failures = 0
        self._said: set[str] = set()

    def drain(self) -> float:
        """Send everything; return 0.0 when nothing is left, else seconds to wait before the next attempt."""
        with self._sending:
            while self.outbox.items:
                answer = self._send(self.outbox.items[0])
                if answer is not None:
                    return self._delay(answer)
            return 0.0

    def flush(self, timeout: float) -> bool:
        """Send everything within ``timeout`` seconds, with retries; return whether nothing is left."""
        deadline = time.monotonic() + timeout
        while (delay := self.drain()) > 0:
            if time.monotonic() + delay > deadline:
                return False
            time.sleep(delay)
        return True

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        """Drain whenever ``wake`` is set, until ``stop``; the body of the upload thread."""
        while not stop.is_set():
            delay = self.drain()
            if delay:
                stop.wait(delay)
            else:
                wake.wait()
                wake.clear()

    def _send(self, item: Item) -> Answer | None:
        """Send one delta; return the answer that asks for a later attempt, None when the delta is done with."""
        for body in self.outbox.load(item):
            answer = self.sink.send(body.data)
            self._count(answer, len(body.data))
            if answer.verdict == "retry":
                return answer
        self.outbox.done(item)
        self._failures = 0
        return None

    def _count(self, answer: Answer, size: int) -> None:
        if answer.verdict in {"accepted", "duplicate"}:
            self.counters["uploads"] += 1
            self.counters["bytes_uploaded"] += size
            self.counters["duplicates"] += answer.verdict == "duplicate"
            self._said.clear()
        elif answer.verdict == "refused":
            self.counters["refused"] += 1
            self._say("refused", "an upload was refused and is dropped: %s", answer.detail)
        else:
            self.counters["retries"] += 1
            self._say("retry", "the collector cannot be reached, uploads wait: %s", answer.detail)

    def _delay(self, answer: Answer) -> float:
        self._failures += 1
        ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (self._failures - 1))
        jittered = random.uniform(0.05, ceiling)  # noqa: S311 - spreads load, keeps no secret
        return max(jittered, min(answer.retry_after or 0.0, LONGEST_DELAY))

    def _say(self, kind: str, message: str, detail: str) -> None:
        """Log once per kind of trouble, until an upload succeeds."""
        if kind not in self._said:
            self._said.add(kind)
            log.warning("graphsignal_mw: " + message, detail)
