"""Numbers of many columns at once: one pass of numpy over a matrix costs less than one over each of its rows.

What comes out is what :meth:`Column.update` makes of each row by itself.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.column import Column
from graphsignal_mw.stats.distinct import update_rows
from graphsignal_mw.stats.moments import moments_of_rows
from graphsignal_mw.stats.rounding import rounded_rows


def update_columns(columns: Sequence[Column], matrix: NDArray[np.float64]) -> None:
    """Add to each of ``columns`` its row of ``matrix``, shape (columns, n); they round to the same number of digits."""
    if not columns or not matrix.size:
        return
    moments = moments_of_rows(matrix)
    if moments is None:  # numbers that are no finite ones, or too huge for sums
        for column, row in zip(columns, matrix, strict=True):
            column.update(row)
        return
    integers = np.count_nonzero(matrix == np.rint(matrix), axis=1).tolist()
    nonzero = np.count_nonzero(matrix, axis=1).tolist()
    for column, seen, whole, other in zip(columns, moments, integers, nonzero, strict=True):
        column.add_counts(seen.n, integers=whole, zeros=seen.n - other)
        column.values.moments.merge(seen)
    kept = rounded_rows(matrix, columns[0].values.digits, [column.values.moments for column in columns])
    kept = np.sort(kept, axis=1)
    for column, row in zip(columns, kept, strict=True):
        column.values.quantiles.update_sorted(row)
    update_rows([column.values.distinct for column in columns], kept)
