"""Requests to deployments of which no success is known yet: they wait, and do not create one.

The name of a deployment may come from the path, and anyone can ask for ``/models/<anything>``. So only a success (2xx)
makes a name known; what came before it waits here, and is given up, oldest first, when too much waits.
"""

from collections import deque
from dataclasses import dataclass

from graphsignal_mw.agent.items import Counted
from graphsignal_mw.records import Exchange, Mapped

MAX_WAITING = 1000


@dataclass(slots=True, frozen=True)
class Request:
    """An exchange without its bodies and headers, and what was learned from them."""

    exchange: Exchange
    mapped: Mapped


Waiting = Request | Counted


class Unproven:
    """What waits, by the name of the deployment. For one thread at a time."""

    def __init__(self, most: int = MAX_WAITING) -> None:
        self.most = most
        self._waiting: dict[str, deque[Waiting]] = {}
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def hold(self, deployment: str, waiting: Waiting) -> list[Waiting]:
        """Let ``waiting`` wait; return what is given up for it."""
        self._waiting.setdefault(deployment, deque()).append(waiting)
        self._n += 1
        return [self._oldest()] if self._n > self.most else []

    def release(self, deployment: str) -> deque[Waiting]:
        """Return and forget what waits for ``deployment``."""
        released = self._waiting.pop(deployment, deque[Waiting]())
        self._n -= len(released)
        return released

    def _oldest(self) -> Waiting:
        name = next(iter(self._waiting))
        oldest = self._waiting[name].popleft()
        if not self._waiting[name]:
            del self._waiting[name]
        self._n -= 1
        return oldest
