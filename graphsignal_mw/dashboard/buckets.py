"""Windows laid on the grid of a chart."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, Self, TypeVar


class Mergeable(Protocol):
    """Statistics that can be added to their like."""

    def merge(self, other: Self, /) -> None:
        """Add what ``other`` has seen."""


M = TypeVar("M", bound=Mergeable)


def merged(windows: Iterable[tuple[int, M]], grid: range, empty: Callable[[], M]) -> list[M | None]:
    """Merge ``windows`` (start, statistics) into the buckets of ``grid``; None where there is none."""
    found: dict[int, M] = {}
    for start, stats in windows:
        bucket = start // grid.step * grid.step
        if bucket not in found:
            found[bucket] = empty()
        found[bucket].merge(stats)
    return [found.get(bucket) for bucket in grid]


def summed(windows: Iterable[tuple[int, Mapping[str, int]]], grid: range) -> list[Counter[str] | None]:
    """Add the counters of ``windows`` up in the buckets of ``grid``; None where there is none."""
    found: dict[int, Counter[str]] = {}
    for start, counters in windows:
        found.setdefault(start // grid.step * grid.step, Counter()).update(counters)
    return [found.get(bucket) for bucket in grid]


def silence_as_zero(buckets: Sequence[Counter[str] | None], *, from_start: bool = False) -> list[Counter[str] | None]:
    """After the first window (or ``from_start``), a bucket without one means that nothing came.

    The last bucket is still running: where it is empty, nothing can be said yet.
    """
    known = next((i for i, counters in enumerate(buckets) if counters is not None), len(buckets))
    first, last = 0 if from_start else known, len(buckets) - 1
    return [c if c is not None or not first <= i < last else Counter() for i, c in enumerate(buckets)]


def with_prefix(counters: Mapping[str, int], name: str) -> int:
    """Sum of the counters called ``name`` or ``name.<reason>``."""
    return sum(n for key, n in counters.items() if key == name or key.startswith(f"{name}."))
