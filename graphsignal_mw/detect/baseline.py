"""What columns looked like before the tested days: the bins that are frozen, and what findings are compared with."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphsignal_mw.detect.counts import History
from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.detect.reference import CategoricalReference, NumericReference, Reference
from graphsignal_mw.stats import Column, WindowStats

Key = tuple[str, str]  # stream, column
Span = tuple[int, int]  # start and end, Unix seconds

STREAMS = ("features", "predictions")
LEAST_VALUES = 20
MOST_WINDOWS = 480
"""Sketches that are pooled for one baseline; of more, evenly spaced ones are taken."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """One column over many windows: its numbers, how often each of the strings and booleans came, and its rows.

    ``texts`` strings and booleans were seen; some of them may have no name.
    """

    numbers: Pooled
    names: Mapping[str, int]
    texts: int
    rows: int

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "Baseline":
        """Pool the windows of one column."""
        names: Counter[str] = Counter()
        for column in columns:
            names.update(column.frequent.counts)
        return cls(
            numbers=Pooled.of([column.quantiles for column in _thinned(columns)]),
            names=names,
            texts=sum(column.frequent.total for column in columns),
            rows=sum(column.count for column in columns),
        )

    @property
    def reference(self) -> Reference | None:
        """Bins frozen from this; None where there is too little, or nothing that could be named."""
        if self.numbers.n >= max(LEAST_VALUES, self.texts):
            return NumericReference.of(self.numbers)
        if self.texts >= LEAST_VALUES and self.names:
            return CategoricalReference.of(self.names, self.texts)
        return None


def windows_of(history: History, stream: str, name: str, span: Span, without: Sequence[Span] = ()) -> list[Column]:
    """Return the windows of a column that begin in ``span`` and not in ``without``."""
    return [
        column
        for bucket, stats in history
        if span[0] <= bucket < span[1] and not any(start <= bucket < end for start, end in without)
        for column in _columns(stats, stream, name)
    ]


def make_baselines(history: History, span: Span, without: Mapping[Key, Sequence[Span]]) -> dict[Key, Baseline]:
    """Return the baseline of each column; ``without`` are times in which something was wrong with it."""
    chosen = [(bucket, stats) for bucket, stats in history if span[0] <= bucket < span[1]]
    keys = {(stream, name) for _, stats in chosen for stream in STREAMS for name in getattr(stats, stream).columns}
    return {
        (stream, name): Baseline.of(windows_of(chosen, stream, name, span, without.get((stream, name), ())))
        for stream, name in sorted(keys)
    }


def _thinned(columns: Sequence[Column]) -> Sequence[Column]:
    return columns[:: max(1, -(-len(columns) // MOST_WINDOWS))]


def _columns(stats: WindowStats, stream: str, name: str) -> Iterator[Column]:
    column = getattr(stats, stream).columns.get(name)
    if column is not None:
        yield column
