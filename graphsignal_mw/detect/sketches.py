"""Where detection gets sketches from: the finest that are left, which may be those of longer times than a window."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from graphsignal_mw.detect.counts import History
from graphsignal_mw.stats import Column


class Sketch(NamedTuple):
    """A column from ``start`` until ``end``, Unix seconds."""

    start: int
    end: int
    column: Column

    def overlaps(self, start: int, end: int) -> bool:
        """Whether some of its time is in ``[start, end)``."""
        return self.start < end and self.end > start


Sketches = Callable[[str, str, int, int], Sequence[Sketch]]
"""Of (stream, column, start, end): what overlaps that time, in its order; no value is in two of them."""


def held_by(history: History, window_seconds: int) -> Sketches:
    """Return the sketches that windows have themselves."""

    def find(stream: str, name: str, start: int, end: int) -> list[Sketch]:
        return [
            Sketch(bucket, bucket + window_seconds, column)
            for bucket, stats in history
            if bucket < end
            and bucket + window_seconds > start
            and (column := getattr(stats, stream).columns.get(name)) is not None
        ]

    return find
