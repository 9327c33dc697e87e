"""What columns looked like before the tested days: what bins are frozen from, and findings compared with."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphsignal_mw.detect.counts import History
from graphsignal_mw.detect.memory import Key
from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.detect.reference import CategoricalReference, NumericReference, Reference
from graphsignal_mw.detect.sketches import Sketches
from graphsignal_mw.stats import Column

Span = tuple[int, int]  # start and end, Unix seconds

STREAMS = ("features", "predictions")
LEAST_VALUES = 20
MOST_WINDOWS = 480
"""Sketches that are pooled for one baseline; of more, evenly spaced ones are taken."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """One column over many windows: its numbers, how often each of the strings and booleans came.

    ``texts`` strings and booleans were seen; some of them may have no name.
    """

    numbers: Pooled
    names: Mapping[str, int]
    texts: int

    @classmethod
    def of(cls, columns: Sequence[Column]) -> "Baseline":
        """Pool the sketches of one column."""
        names: Counter[str] = Counter()
        for column in columns:
            names.update(column.frequent.counts)
        return cls(
            numbers=Pooled.of([column.quantiles for column in _thinned(columns)]),
            names=names,
            texts=sum(column.frequent.total for column in columns),
        )

    @property
    def reference(self) -> Reference | None:
        """Bins frozen from this; None where there is too little, or nothing that could be named."""
        if self.numbers.n >= max(LEAST_VALUES, self.texts):
            return NumericReference.of(self.numbers)
        if self.texts >= LEAST_VALUES and self.names:
            return CategoricalReference.of(self.names, self.texts)
        return None


class Baselines:
    """Baselines of the columns of ``history`` over ``span``; ``without`` are times in which one was wrong."""

    def __init__(self, history: History, span: Span, without: Mapping[Key, Sequence[Span]], sketches: Sketches) -> None:
        self.span = span
        self._history = [(bucket, stats) for bucket, stats in history if span[0] <= bucket < span[1]]
        self._without = without
        self._sketches = sketches
        self._made: dict[Key, Baseline] = {}

    def of(self, key: Key) -> Baseline:
        """Return the baseline of a column, made from its sketches when it is first asked for."""
        if key not in self._made:
            wrong = self.wrong(key)
            found = [each for each in self._sketches(*key, *self.span) if not any(each.overlaps(*w) for w in wrong)]
            self._made[key] = Baseline.of([each.column for each in found])
        return self._made[key]

    def wrong(self, key: Key) -> Sequence[Span]:
        """Return the times that are no example of what a column looks like."""
        return self._without.get(key, ())

    @cached_property
    def rows(self) -> dict[Key, int]:
        """How many rows each column has in its baseline, sorted by the column."""
        found: Counter[Key] = Counter()
        for bucket, stats in self._history:
            for stream in STREAMS:
                for name, column in getattr(stats, stream).columns.items():
                    wrong = self.wrong((stream, name))
                    found[stream, name] += 0 if any(s <= bucket < e for s, e in wrong) else column.count
        return dict(sorted(found.items()))


def windows_of(history: History, stream: str, name: str, span: Span) -> list[Column]:
    """Return the windows of a column that begin in ``span``."""
    found = (getattr(stats, stream).columns.get(name) for bucket, stats in history if span[0] <= bucket < span[1])
    return [column for column in found if column is not None]


def _thinned(columns: Sequence[Column]) -> Sequence[Column]:
    return columns[:: max(1, -(-len(columns) // MOST_WINDOWS))]
