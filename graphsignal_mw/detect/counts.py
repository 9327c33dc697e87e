"""Counts of rows by bin, step by step, of one column or counter: what series are made of."""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.reference import Reference
from graphsignal_mw.stats import Column, WindowStats
from graphsignal_mw.stats.facets import is_facet

Floats = NDArray[np.float64]
History = Sequence[tuple[int, WindowStats]]
CacheKey = tuple[int, str, str, str, int]
Cache = MutableMapping[CacheKey, Floats]


@dataclass
class BinCounts:
    """Counts of bins by (bucket, stream, column, identity of the bins, values): those of a window are computed once.

    ``cache`` may be kept between evaluations; what an evaluation did not use, :meth:`prune` forgets.
    """

    cache: Cache = field(default_factory=dict)
    used: set[CacheKey] = field(default_factory=set)

    def of(self, bucket: int, stream: str, name: str, reference: Reference, column: Column) -> Floats:
        """Return the counts of one window, shape (bins,)."""
        key = (bucket, stream, name, reference.identity, column.quantiles.n + column.frequent.total)
        self.used.add(key)
        counts = self.cache.get(key)
        if counts is None:
            counts = self.cache[key] = reference.counts(column)
        return counts

    def prune(self) -> None:
        """Forget what was not used."""
        for key in [key for key in self.cache if key not in self.used]:
            del self.cache[key]


def count_bins(history: History, grid: Grid, stream: str, name: str, reference: Reference, bins: BinCounts) -> Floats:
    """Return the counts of a column's bins, shape (steps, bins)."""
    counts = np.zeros((grid.size, len(reference.labels)))
    for bucket, stats in history:
        column = getattr(stats, stream).columns.get(name)
        if column is not None:
            counts[grid.index(bucket)] += bins.of(bucket, stream, name, reference, column)
    return counts


def count(history: History, grid: Grid, measure: Callable[[WindowStats], tuple[float, ...]], width: int) -> Floats:
    """Return the sums of what ``measure`` gives for each window, shape (steps, width)."""
    sums = np.zeros((grid.size, width))
    for bucket, stats in history:
        sums[grid.index(bucket)] += measure(stats)
    return sums


def missing_rows(stats: WindowStats, stream: str, name: str) -> tuple[float, float]:
    """Return (rows, rows without a value); a column that is not there at all is missing in every row.

    Facets are: whether there is anything to derive them from is told of the column that they are derived from.
    """
    profile: Any = getattr(stats, stream)
    column = profile.columns.get(name)
    if column is None:
        rows = 0.0 if is_facet(name) else float(profile.rows)
        return rows, rows
    return float(column.count), float(column.missing)


def requests(stats: WindowStats) -> tuple[float, float, float]:
    """Return (requests, exceptions, rejected); where there are no requests, predictions are counted instead."""
    counters = stats.counters
    failed, rejected = counters["exceptions"], counters["rejected"]
    asked = counters["requests"] or counters["predictions"]
    return float(max(asked, failed, rejected)), float(failed), float(rejected)
