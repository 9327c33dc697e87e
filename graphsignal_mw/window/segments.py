"""Rows by segment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.window import SegmentStats

Names = Sequence[str | None]


def distinct_names(segments: Names) -> Sequence[str]:
    """Return each name once, without the empty one, which stands for all rows."""
    return [name for name in dict.fromkeys(segments) if name] if segments else ()


def rows_by_segment(stats: WindowStats, segments: Sequence[Names]) -> Iterable[tuple[SegmentStats, list[int]]]:
    """Yield the statistics of each segment with its rows; ``segments`` are the names of each row.

    A row is there twice for two names that have no place of their own any more, and share that of the others.
    """
    by_names: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)  # few, for many rows
    for row, names in enumerate(segments):
        by_names[tuple(names)].append(row)
    found: dict[int, tuple[SegmentStats, list[int]]] = {}
    for each, rows in by_names.items():
        for name in distinct_names(each):
            segment = stats.segment(name)
            found.setdefault(id(segment), (segment, []))[1].extend(rows)
    return found.values()
