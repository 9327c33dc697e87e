"""What was in deltas that are given up: by deployment, so that the collector hears of it with the next delta."""

import threading
from collections import Counter
from collections.abc import Sequence

from graphsignal_mw.delivery.frames import Body
from graphsignal_mw.errors import WireError
from graphsignal_mw.wire import Part, decode


class Lost:
    """Counts records by (deployment, reason); safe to use from several threads."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, reason: str, bodies: Sequence[Body]) -> None:
        """Count what ``bodies`` hold; those that cannot be read are nobody's."""
        for body in bodies:
            try:
                parts = decode(body.data).parts
            except WireError:
                continue
            with self._lock:
                for part in parts:
                    self._counts[part.deployment, reason] += _records(part)

    def take(self) -> Counter[tuple[str, str]]:
        """Return the counts and begin anew."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return +taken


def _records(part: Part) -> int:
    """Requests, or predictions where they came without one; and labels."""
    counters = part.counters
    return (counters.get("requests") or counters.get("predictions", 0)) + counters.get("ground_truths", 0)
