"""What the capture queue had no room for: counted by deployment, exactly."""

import threading
from collections import Counter

from graphsignal_mw.agent.intake import Counted, Item
from graphsignal_mw.records import Exchange

DROPPED = "dropped.queue_full"


class Refused:
    """Counts of dropped items. The lock can be taken again by its own thread: a ``__del__`` may record."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(self._counts.values())

    def add(self, item: Item) -> None:
        """Count an item that is dropped."""
        deployment = deployment_of(item)
        with self._lock:
            self._counts[deployment] += 1

    def take(self) -> list[Item]:
        """Return the counts as items, and begin anew."""
        if not self._counts:
            return []
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return [Counted(deployment, DROPPED, n) for deployment, n in counts.items()]


def deployment_of(item: Item) -> str:
    """Return the deployment that an item belongs to."""
    if isinstance(item, Exchange):
        return str(item.endpoint.deployment(item.params))
    return item.deployment
