"""Statistics of a stream: one column each of the same rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.column import Column
from graphsignal_mw.stats.matrix import update_columns
from graphsignal_mw.stats.text import bounded_name

MAX_COLUMNS = 1000


class Profile:
    """Columns of ``rows`` rows. Every column counts every row: where it was absent, it is missing.

    At most ``max_columns`` columns; ``skipped`` counts the values of those beyond.
    """

    __slots__ = ("columns", "max_columns", "rows", "significant_digits", "skipped")

    def __init__(self, significant_digits: int | None = None, max_columns: int = MAX_COLUMNS) -> None:
        self.rows = 0
        self.skipped = 0
        self.columns: dict[str, Column] = {}
        self.significant_digits = significant_digits
        self.max_columns = max_columns

    def update(self, columns: Mapping[str, Sequence[Any]], rows: int | None = None) -> None:
        """Add columns of equal length, shape (rows,) each; ``rows`` counts where there is no column."""
        self.add(columns)
        self.close(rows if rows is not None else max(map(len, columns.values()), default=0))

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add some columns of rows that :meth:`close` ends."""
        for name, values in columns.items():
            column = self._column(name)
            if column is None:
                self.skipped += len(values)
                continue
            column.update(values)

    def add_numbers(self, names: Sequence[str], matrix: NDArray[np.float64]) -> None:
        """Add some columns of numbers, shape (len(names), rows), of rows that :meth:`close` ends."""
        found = [(row, column) for row, name in enumerate(names) if (column := self._column(name)) is not None]
        self.skipped += (len(names) - len(found)) * matrix.shape[1]
        rows = matrix if len(found) == len(names) else matrix[[row for row, _ in found]]
        update_columns([column for _, column in found], rows)

    def merge(self, other: "Profile", *, fill: bool = True) -> None:
        """Add the rows of ``other``.

        With ``fill`` the two describe the same thing, so a column that one lacks was absent there. Without, they
        are different versions or times, and a column is judged only by the profiles that have it.
        """
        for name, theirs in other.columns.items():
            column = self._column(name)
            if column is None:
                self.skipped += theirs.count
                continue
            column.merge(theirs)
        self.skipped += other.skipped
        if fill:
            self.close(other.rows)
        else:
            self.rows += other.rows

    def close(self, rows: int) -> None:
        """Count ``rows`` that were added; where a column was absent, it is missing."""
        self.rows += rows
        for column in self.columns.values():
            if column.count < self.rows:
                column.add_missing(self.rows - column.count)

    def _column(self, name: str) -> Column | None:
        column = self.columns.get(name)
        if column is None:
            # Keys of a user's JSON may be anything; one odd name must not cost the upload.
            name = bounded_name(name)
            column = self.columns.get(name)
        if column is None and len(self.columns) < self.max_columns:
            column = self.columns[name] = Column(significant_digits=self.significant_digits)
        return column
