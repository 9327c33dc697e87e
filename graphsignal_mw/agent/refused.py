"""What was dropped before the background thread saw it: counted by deployment and reason, exactly."""

import threading
from collections import Counter

from graphsignal_mw.agent.items import Counted, Item, deployment_of

QUEUE_FULL = "dropped.queue_full"
MAX_NAMES = 1000  # deployments that are kept apart until the next look: clients may choose their names
_Place = tuple[str, str, bool]  # deployment, reason, whether the name is proven


class Refused:
    """Counts of dropped items. The lock can be taken again by its own thread: a ``__del__`` may record."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._counts: Counter[_Place] = Counter()

    def add(self, item: Item) -> None:
        """Count an item for which there was no room."""
        deployment, proven = deployment_of(item)
        self.count(deployment, QUEUE_FULL, proven=proven)

    def count(self, deployment: str, reason: str, n: int = 1, *, proven: bool = True) -> None:
        """Count ``n`` records of ``deployment`` that are dropped for ``reason``."""
        place = (deployment, reason, proven)
        with self._lock:
            if place not in self._counts and len(self._counts) >= MAX_NAMES:
                place = ("", reason, False)
            self._counts[place] += n

    def totals(self) -> dict[str, int]:
        """Return what waits to be taken, by reason."""
        totals: Counter[str] = Counter()
        with self._lock:
            for (_, reason, _), n in self._counts.items():
                totals[reason] += n
        return dict(totals)

    def take(self) -> list[Item]:
        """Return the counts as items, and begin anew."""
        if not self._counts:
            return []
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return [Counted(deployment, reason, n, proven) for (deployment, reason, proven), n in counts.items()]
