"""Sums of windows, step by step: what series are made of."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.facets import is_facet

Floats = NDArray[np.float64]
History = Sequence[tuple[int, WindowStats]]


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
