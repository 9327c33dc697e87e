"""Most frequent values of a column.

Misra and Gries (1982), merged as in Agarwal et al. (2013), "Mergeable summaries": a count is never too high
and too low by at most ``error``.
"""

from collections import Counter
from collections.abc import Mapping
from heapq import nsmallest

CAPACITY = 512
MAX_LENGTH = 120  # characters of a value that are kept
_ROOM = 2 * CAPACITY  # values between updates: shrinking costs more than counting, and so is for many at once


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
        """Add values with how often each was seen; return those that it did not count until now, or may not have.

        Of more new ones than there is room for only the commonest are looked at any closer.
        """
        self.total += sum(counts.values())
        known, new = self.counts, []
        for value, count in counts.items():
            before = known.get(value)
            if before is None:
                new.append(value)
            else:
                known[value] = before + count
        added = counts if len(new) == len(counts) else {value: counts[value] for value in new}
        if len(new) > _ROOM:
            cut, added = _without_rest(added)
            self.error += cut
        if max(map(len, added), default=0) < MAX_LENGTH:
            dict.update(known, added)
        else:
            for value, count in added.items():
                known[value[:MAX_LENGTH]] += count
        if len(known) > _ROOM:
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
        cut, kept = _without_rest(self.counts)
        self.error += cut
        self.counts = Counter(kept)


def _without_rest(counts: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    """Return the count of the commonest value that has no room, and by how much others are commoner."""
    cut = sorted(counts.values())[-CAPACITY - 1]
    return cut, {value: count - cut for value, count in counts.items() if count > cut}
