"""How many values of a column are in each of its bins, window by window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.counts import History
from graphsignal_mw.detect.grid import HOUR, Grid
from graphsignal_mw.detect.memory import Counted, Key, Memory
from graphsignal_mw.detect.reference import Reference, moved, whole
from graphsignal_mw.detect.sketches import Sketch, Sketches
from graphsignal_mw.stats import Column

Floats = NDArray[np.float64]
Windows = Sequence[tuple[int, Column]]


@dataclass(frozen=True, eq=False)
class Bins:
    """Counts the windows of ``history``, each once: what ``memory`` has is not counted again."""

    history: History
    grid: Grid
    window_seconds: int
    sketches: Sketches
    memory: Memory = field(default_factory=Memory)

    def count(self, key: Key, reference: Reference, old: Reference | None = None) -> Floats:
        """Return the counts of the bins of a column, shape (steps, bins); ``old`` are the bins that it had before."""
        windows = list(self._windows(key))
        unknown = [(bucket, column) for bucket, column in windows if not self._is_known(key, reference, bucket, column)]
        for some in _together(unknown):
            self._count(key, reference, old, some)
        counts = np.zeros((self.grid.size, len(reference.labels)))
        if windows:
            steps = [self.grid.index(bucket) for bucket, _ in windows]
            np.add.at(counts, steps, [self.memory.counts[bucket][key].counts for bucket, _ in windows])
        return counts

    def _windows(self, key: Key) -> Iterator[tuple[int, Column]]:
        stream, name = key
        for bucket, stats in self.history:
            column = getattr(stats, stream).columns.get(name)
            if column is not None:
                yield bucket, column

    def _is_known(self, key: Key, reference: Reference, bucket: int, column: Column) -> bool:
        """Whether a window was counted in these bins when it had the rows that it has now."""
        known = self.memory.counts.get(bucket, {}).get(key)
        return known is not None and (known.identity, known.rows) == (reference.identity, column.count)

    def _count(self, key: Key, reference: Reference, old: Reference | None, windows: Windows) -> None:
        end = windows[-1][0] + self.window_seconds
        found, first = self.sketches(*key, windows[0][0], end), 0
        for bucket, column in windows:
            while first < len(found) and found[first].end <= bucket:
                first += 1
            window = _Window.of(bucket, bucket + self.window_seconds, column, found, first)
            counts = None
            if old is not None and self._is_known(key, old, bucket, column):
                counts = window.moved(self.memory.counts[bucket][key].counts, old, reference)
            if counts is None:
                counts = window.counts(reference)
            self.memory.note(bucket, key, Counted(reference.identity, column.count, whole(counts)))


@dataclass(frozen=True, eq=False)
class _Window:
    """A window of a column, with its own sketches and those of longer times ``around`` it."""

    column: Column
    own: Sequence[Column]
    around: Sequence[Column]

    @classmethod
    def of(cls, start: int, end: int, column: Column, found: Sequence[Sketch], first: int) -> "_Window":
        """Return the window from ``start`` until ``end`` with what ``found`` has of it from the place ``first`` on."""
        own: list[Column] = []
        around: list[Column] = []
        for each in map(found.__getitem__, range(first, len(found))):
            if each.start >= end:
                break
            if each.overlaps(start, end):
                (own if each.start >= start and each.end <= end else around).append(each.column)
        return cls(column, own, around)

    def counts(self, reference: Reference) -> Floats:
        """Count what the sketches hold; what the own ones do not hold is taken to be as around."""
        counts = sum((reference.counts(each) for each in self.own), np.zeros(len(reference.labels)))
        rest = reference.seen(self.column) - sum(reference.held(each) for each in self.own)
        held = sum(reference.held(each) for each in self.around)
        if rest > 0 and held:
            counts += rest / held * sum(reference.counts(each) for each in self.around)
        return np.asarray(counts)

    def moved(self, counts: Sequence[int], old: Reference, new: Reference) -> Floats | None:
        """Return the counts of ``old`` bins in ``new`` ones, None where the window has its own sketch to be counted."""
        if self.own or len(self.around) != 1:
            return None
        return moved(np.array(counts, dtype=np.float64), old, new, self.around[0])


def _together(windows: Windows) -> Iterator[Windows]:
    """Yield windows in groups: between two of them there is more than an hour."""
    gaps = [place for place, (a, b) in enumerate(pairwise(windows), start=1) if b[0] - a[0] > HOUR]
    for start, stop in pairwise([0, *gaps, len(windows)]):
        if stop > start:
            yield windows[start:stop]
