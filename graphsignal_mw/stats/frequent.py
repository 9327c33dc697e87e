"""Most frequent values of a column.

Misra and Gries (1982), merged as in Agarwal et al. (2013), "Mergeable summaries": a count is never too high
and too low by at most ``error``.
"""

from collections import Counter
from collections.abc import Mapping
from heapq import nsmallest

CAPACITY = 512
MAX_LENGTH = 120  # characters of a value that are kept


class Frequent:
    """Counts of the commonest values: ``counts[v] <= true <= counts[v] + error``; ``total`` values were seen."""

    __slots__ = ("counts", "error", "total")

    def __init__(self, counts: Mapping[str, int] | None = None, error: int = 0, total: int = 0) -> None:
        self.counts: Counter[str] = Counter(counts or {})
        self.error = error
        self.total = total

    @property
    def other(self) -> int:
        """How many of the values seen are not in ``counts``."""
        return max(0, self.total - self.counts.total())

    def update(self, counts: Mapping[str, int]) -> list[str]:
        """Add values with how often each was seen; return those that it did not count until now, or may not have."""
        self.total += sum(counts.values())
        known, new = self.counts, []
        for value, count in counts.items():
            if len(value) < MAX_LENGTH:
                before = known.get(value)
                if before is not None:
                    known[value] = before + count
                    continue
                known[value] = count
            else:
                known[value[:MAX_LENGTH]] += count
            new.append(value)
        if len(known) > 2 * CAPACITY:  # shrinking costs more than counting: rarely, and for many at once
            self.shrink()
        return new

    def merge(self, other: "Frequent") -> None:
        """Add the values that ``other`` has seen."""
        self.total += other.total
        self.error += other.error
        self.counts.update(other.counts)
        self.shrink()

    def top(self, n: int) -> list[tuple[str, int, int]]:
        """Return the ``n`` commonest as (value, count, error bound), ties in the order of the values."""
        best = nsmallest(n, self.counts.items(), key=lambda item: (-item[1], item[0]))
        return [(value, count, self.error) for value, count in best]

    def shrink(self) -> None:
        """Keep the commonest :data:`CAPACITY`; between updates there may be twice as many."""
        if len(self.counts) <= CAPACITY:
            return
        cut = sorted(self.counts.values())[-CAPACITY - 1]
        self.error += cut
        self.counts = Counter({v: c - cut for v, c in self.counts.items() if c > cut})
