"""The rows of a batch, bucket by bucket."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.records import Table
from graphsignal_mw.window import pick


def by_bucket(table: Table, window_seconds: int) -> Iterable[tuple[float, Table]]:
    """Yield the rows of each bucket, in order of time."""
    if table.timestamps is None:
        yield time.time(), table
        return
    seconds = np.asarray(table.timestamps, dtype=np.float64)
    buckets = np.floor(seconds / window_seconds).astype(np.int64) * window_seconds
    order = np.argsort(buckets, kind="stable")
    starts = np.flatnonzero(np.diff(buckets[order], prepend=np.nan))
    for index in np.split(order, starts[1:]):
        if len(index):
            is_run = index[-1] - index[0] == len(index) - 1  # as of rows in order of time; the order here is stable
            rows = slice(int(index[0]), int(index[-1]) + 1) if is_run else index.tolist()
            yield float(buckets[index[0]]), _rows(table, rows, len(index))


def _rows(table: Table, index: Sequence[int] | slice, rows: int) -> Table:
    return Table(
        rows=rows,
        features=_picked(table.features, index),
        outputs=_picked(table.outputs, index),
        segments=None if table.segments is None else pick(table.segments, index),
    )


def _picked(data: Any, index: Sequence[int] | slice) -> Any:
    if isinstance(data, Mapping):
        return {name: pick(values, index) for name, values in data.items()}
    return pick(data, index)
