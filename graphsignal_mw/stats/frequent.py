"""Most frequent values of a column.

Misra and Gries (1982), merged as in Agarwal et al. (2013), "Mergeable summaries": a count is never too high
and too low by at most ``error``.
"""

from collections import Counter
from collections.abc import Mapping
from heapq import nlargest, nsmallest

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

    def update(self, counts: Mapping[str, int]) -> None:
        """Add values with how often each was seen."""
        self.total += sum(counts.values())
        for value, count in counts.items():
            self.counts[value[:MAX_LENGTH]] += count
        self._shrink()

    def merge(self, other: "Frequent") -> None:
        """Add the values that ``other`` has seen."""
        self.total += other.total
        self.error += other.error
        self.counts.update(other.counts)
        self._shrink()

    def top(self, n: int) -> list[tuple[str, int, int]]:
        """Return the ``n`` commonest as (value, count, error bound), ties in the order of the values."""
        best = nsmallest(n, self.counts.items(), key=lambda item: (-item[1], item[0]))
        return [(value, count, self.error) for value, count in best]

    def _shrink(self) -> None:
        if len(self.counts) <= CAPACITY:
            return
        cut = nlargest(CAPACITY + 1, self.counts.values())[-1]
        self.error += cut
        self.counts = Counter({v: c - cut for v, c in self.counts.items() if c > cut})
