"""Sending what waits: in order, with full jitter between attempts, obeying ``Retry-After``.

While the collector is away one delta asks for all of them. When it is back the others follow at a pace: every client
has a backlog then.

Full jitter: Brooker (2015), "Exponential backoff and jitter".
"""

import logging
import random
import threading
from collections import Counter

from graphsignal_mw.delivery.deadline import Deadline
from graphsignal_mw.delivery.outbox import Item, Outbox
from graphsignal_mw.delivery.sink import Answer, Sink

FIRST_DELAY = 1.0
LONGEST_DELAY = 300.0
BACKLOG = 10  # deltas; more were not written just now
PACE = 0.1  # seconds between two deltas of a backlog, on average

log = logging.getLogger("graphsignal_mw")


class Uploader:
    """Drains an outbox into a sink. ``counters`` are uploads, bytes_uploaded, duplicates, refused, retries."""

    def __init__(self, outbox: Outbox, sink: Sink) -> None:
        self.outbox, self.sink = outbox, sink
        self.counters: Counter[str] = Counter()
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._random = random.Random()  # noqa: S311 - no secret, and not the app's own, which it may have seeded
        self._failures = 0
        self._behind = False
        self._said: set[str] = set()

    def drain(self, deadline: Deadline | None = None, *, paced: bool = False) -> float:
        """Send everything; return 0.0 when nothing is left, else seconds to wait before the next attempt.

        ``paced`` sends one delta of a backlog at a time.
        """
        deadline = deadline or Deadline()
        # One second when the thread that sends does not come back in time: it may be waiting for an answer.
        if not self._sending.acquire(timeout=min(deadline.left, threading.TIMEOUT_MAX)):
            return FIRST_DELAY
        try:
            while (item := self.outbox.first()) is not None:
                if self._closing.is_set() or deadline.passed:
                    return FIRST_DELAY
                answer = self._send(item, deadline)
                if answer is not None:
                    return self._delay(answer)
                if paced and self._is_behind():
                    return self._random.uniform(0.0, 2 * PACE)
            return 0.0
        finally:
            self._sending.release()

    def flush(self, deadline: Deadline) -> bool:
        """Send everything before the deadline, with retries; return whether nothing is left."""
        while (delay := self.drain(deadline)) > 0:
            if delay >= deadline.left or self._closing.wait(delay):
                return False
        return True

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        """Drain whenever ``wake`` is set, until ``stop``; the body of the upload thread."""
        while not stop.is_set():
            wake.clear()
            delay = self._drain_safely()
            if delay:
                stop.wait(delay)
            elif not stop.is_set():
                wake.wait()

    def close(self) -> None:
        """Send no more, and let go of connections; what is on its way is given up."""
        self._closing.set()
        self.sink.close()

    def _drain_safely(self) -> float:
        try:
            return self.drain(paced=True)
        except Exception:
            log.exception("graphsignal_mw: a defect of the upload thread")
            return LONGEST_DELAY

    def _send(self, item: Item, deadline: Deadline) -> Answer | None:
        """Send one delta; return the answer that asks for a later attempt, None when the delta is done with."""
        for body in self.outbox.load(item):
            answer = self.sink.send(body.data, deadline.left)
            self._count(answer, len(body.data))
            if answer.verdict == "refused":
                self.outbox.lost.add("refused", [body])
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
            self._said.discard("retry")
        elif answer.verdict == "refused":
            self.counters["refused"] += 1
            self._say(f"refused {answer.status}", "an upload was refused and is dropped: %s", answer.detail)
        elif not self._closing.is_set():
            self.counters["retries"] += 1
            self._say("retry", "uploads wait until the collector takes them: %s", answer.detail)

    def _is_behind(self) -> bool:
        """Whether what waits is a backlog: until all of it is sent."""
        waiting = len(self.outbox)
        self._behind = waiting > 0 and (self._behind or waiting > BACKLOG)
        return self._behind

    def _delay(self, answer: Answer) -> float:
        self._failures += 1
        self._behind = True
        ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (self._failures - 1))
        jittered = self._random.uniform(0.05, ceiling)
        return max(jittered, min(answer.retry_after or 0.0, LONGEST_DELAY))

    def _say(self, kind: str, message: str, detail: str) -> None:
        """Log a kind of trouble once: a refusal by its status, an outage until an upload succeeds."""
        if kind not in self._said:
            self._said.add(kind)
            log.warning("graphsignal_mw: " + message, detail)
