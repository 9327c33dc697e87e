"""Batches of predictions: columns, or rows, of one window are added to its statistics some thousand rows at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.records import Table
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.window.gather import Transform, fold_each
from graphsignal_mw.window.rows import as_columns
from graphsignal_mw.window.segments import rows_by_segment

ROWS = 16_384  # numpy is quickest with arrays that stay in the cache; and other memory is that of so many rows


def fold_table(stats: WindowStats, table: Table, transform: Transform) -> Counter[str]:
    """Add a batch whose rows all belong to this window; return those that could not be added, counted by reason."""

    def add(start: int, end: int) -> None:
        _fold_rows(stats, table, slice(start, end), transform)

    lost: Counter[str] = Counter()
    for start in range(0, table.rows, ROWS):
        lost += fold_each(add, start, min(start + ROWS, table.rows))
    stats.counters.update(lost)
    return lost


def _fold_rows(stats: WindowStats, table: Table, rows: slice, transform: Transform) -> None:
    # Whatever a user's values may break breaks here, before anything is counted.
    features = transform(as_columns(_cut(table.features, rows)))
    outputs = transform(as_columns(_cut(table.outputs, rows)))
    n = rows.stop - rows.start
    stats.counters["predictions"] += n
    stats.features.update(features, n)
    stats.predictions.update(outputs, n)
    for segment, index in rows_by_segment(stats, (table.segments or ())[rows]):
        segment.counters["predictions"] += len(index)
        chosen = outputs if len(index) == n else {k: pick(v, index) for k, v in outputs.items()}
        segment.predictions.update(chosen, len(index))


def _cut(data: Any, rows: slice) -> Any:
    """Return some ``rows`` of columns, or of a list of rows."""
    return {name: values[rows] for name, values in data.items()} if isinstance(data, Mapping) else data[rows]


def pick(values: Any, index: Sequence[int] | slice) -> Sequence[Any]:
    """Return the values at ``index``, as an array where they are one."""
    if isinstance(index, slice):
        chosen: Sequence[Any] = values[index]
        return chosen
    return values[np.asarray(index)] if isinstance(values, np.ndarray) else [values[i] for i in index]
