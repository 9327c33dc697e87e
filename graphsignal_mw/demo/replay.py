"""The replay: five weeks through the logger, three days over HTTP, then as slow as the flights really leave."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import graphsignal_mw as graphsignal
from graphsignal_mw.demo.errors import DemoError
from graphsignal_mw.demo.history import replay_history
from graphsignal_mw.demo.world import DEPLOYMENT, World

FLUSH_SECONDS = 60.0
LABELS_LATER = 20
Progress = Callable[[int], None]


def send_history(world: World, progress: Progress) -> None:
    """Log the history, and wait until it has been uploaded."""
    session = graphsignal.session(deployment_name=DEPLOYMENT)
    replay_history(world.plan, world.model, session, world.sent, progress)
    end = time.monotonic() + FLUSH_SECONDS
    while not graphsignal.flush():
        world.check()
        if time.monotonic() > end:
            raise DemoError(f"history: not uploaded after {FLUSH_SECONDS:.0f} s; {graphsignal.stats()}")


class LiveReplay:
    """Sends the last days as requests, in order; the labels of one chunk come after the next."""

    def __init__(self, world: World, progress: Progress) -> None:
        self._world, self._progress = world, progress
        self._chunks = world.plan.chunks()
        self._sent = 0
        self._labels: list[dict[str, Any]] = []

    def send_until(self, share: float) -> None:
        """Send what has not been sent of the first ``share`` (0 to 1) of all chunks."""
        end = round(share * len(self._chunks))
        for chunk in self._chunks[self._sent : end]:
            labels = self._world.client.predict(chunk)
            self._world.client.feedback(self._labels)
            self._labels = labels
            self._progress(len(chunk))
        self._sent = end

    def finish(self) -> None:
        """Send the rest: flights, labels, and what the app refuses or fails on."""
        self.send_until(1.0)
        self._world.client.feedback(self._labels)
        self._labels = []
        self._world.client.misbehave(self._chunks[-1])


def live_on(world: World, pause: Callable[[float], None] = time.sleep) -> Iterator[int]:
    """Send each upcoming flight when it departs, with its label some flights later; yield how many were sent."""
    waiting: deque[dict[str, Any]] = deque()
    for count, departure in enumerate(world.plan.departures(world.plan.upcoming), start=1):
        while (left := departure.body["sent_at"] - time.time()) > 0:
            world.check()
            pause(min(1.0, left))
        waiting.extend(world.client.predict([departure]))
        if len(waiting) > LABELS_LATER:
            world.client.feedback([waiting.popleft()])
        yield count
