"""The replay: five weeks through the logger, three days over HTTP, then as slow as the flights really leave."""

import math
import time
from collections import deque
from collections.abc import Callable
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
    """Sends the last days as requests, in order; the labels of one chunk come after the next.

    In the middle comes what the app refuses or fails on: among many requests, in whichever hour they fall.
    """

    def __init__(self, world: World, progress: Progress) -> None:
        self._world, self._progress = world, progress
        self._chunks = world.plan.chunks()
        self._sent = 0
        self._labels: list[dict[str, Any]] = []

    def send_until(self, share: float) -> None:
        """Send what has not been sent of the first ``share`` (0 to 1) of all chunks."""
        end = round(share * len(self._chunks))
        for index, chunk in enumerate(self._chunks[self._sent : end], start=self._sent):
            if index == len(self._chunks) // 2:
                self._world.client.misbehave(chunk)
            labels = self._world.client.predict(chunk)
            self._world.client.feedback(self._labels)
            self._labels = labels
            self._progress(len(chunk))
        self._sent = end

    def finish(self) -> None:
        """Send the rest: flights and labels."""
        self.send_until(1.0)
        self._world.client.feedback(self._labels)
        self._labels = []


def live_on(world: World) -> None:
    """Send each upcoming flight when it departs, with its label some flights later; after the last one just live on."""
    waiting: deque[dict[str, Any]] = deque()
    for departure in world.plan.departures(world.plan.upcoming):
        _wait_until(departure.body["sent_at"], world)
        waiting.extend(world.client.predict([departure]))
        if len(waiting) > LABELS_LATER:
            world.client.feedback([waiting.popleft()])
    _wait_until(math.inf, world)


def _wait_until(moment: float, world: World) -> None:
    """Return at ``moment`` (Unix seconds); raise :class:`ProcessError` when a process of the demo ends before."""
    while (left := moment - time.time()) > 0:
        world.check()
        time.sleep(min(1.0, left))
