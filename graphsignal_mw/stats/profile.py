"""Statistics of a stream: one column each of the same rows, and the facets of those that hold texts or lists."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.column import Column
from graphsignal_mw.stats.derived import Derived
from graphsignal_mw.stats.facets import is_facet, own_name
from graphsignal_mw.stats.kinds import Sorted
from graphsignal_mw.stats.matrix import update_columns

MAX_COLUMNS = 1000


class Profile:
    """Columns of ``rows`` rows. Every column counts every row: where it was absent, it is missing.

    Facets are columns as well, but count only the values that they are derived from. At most ``max_columns`` columns,
    among which facets make room for others; ``skipped`` counts the values of those beyond.
    """

    __slots__ = ("_derived", "_plain", "columns", "max_columns", "rows", "significant_digits", "skipped")

    def __init__(self, significant_digits: int | None = None, max_columns: int = MAX_COLUMNS) -> None:
        self.rows = 0
        self.skipped = 0
        self.columns: dict[str, Column] = {}
        self.significant_digits = significant_digits
        self.max_columns = max_columns
        self._derived: dict[str, Derived] = {}  # by the column that it is derived from
        self._plain: set[str] = set()  # columns that have no facets (any more)

    @property
    def tentative(self) -> dict[str, Column]:
        """Facets of strings that look like texts, too few as yet to have a place among the columns."""
        found: dict[str, Column] = {}
        for derived in self._derived.values():
            has_room = len(self.columns) + len(found) + len(derived.texts) <= self.max_columns
            if derived.waiting and derived.seems_text and has_room:
                made = {name: Column(significant_digits=self.significant_digits) for name in derived.texts}
                update_columns(list(made.values()), np.concatenate(derived.waiting, axis=1))
                found |= made
        return found

    def update(self, columns: Mapping[str, Sequence[Any]], rows: int | None = None) -> None:
        """Add columns of equal length, shape (rows,) each; ``rows`` counts where there is no column."""
        self.add(columns)
        self.close(rows if rows is not None else max(map(len, columns.values()), default=0))

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add some columns of rows that :meth:`close` ends."""
        for given, values in columns.items():
            name = self._name(given)
            column = self._column(name)
            if column is None:
                self.skipped += len(values)
                continue
            found = column.update(values)
            if (found.strings or found.lists) and name not in self._plain:
                self._derive(name, found)

    def add_numbers(self, names: Sequence[str], matrix: NDArray[np.float64]) -> None:
        """Add some columns of numbers, shape (len(names), rows), of rows that :meth:`close` ends."""
        columns = [self._column(self._name(name)) for name in names]
        found = [(row, column) for row, column in enumerate(columns) if column is not None]
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
        for name, column in self.columns.items():
            if column.count < self.rows and not is_facet(name):
                column.add_missing(self.rows - column.count)

    def _name(self, given: str) -> str:
        # Keys of a user's JSON may be anything; one odd name must not cost the upload.
        return given if given in self.columns and not is_facet(given) else own_name(given)

    def _column(self, name: str) -> Column | None:
        column = self.columns.get(name)
        if column is None and len(self.columns) >= self.max_columns and self._derived and not is_facet(name):
            self._give_up(next(reversed(self._derived)))
        if column is None and len(self.columns) < self.max_columns:
            column = self.columns[name] = Column(significant_digits=self.significant_digits)
        return column

    def _derive(self, name: str, found: Sorted) -> None:
        """Add the facets of the latest values of a column, all of them or none."""
        derived = self._derived.get(name)
        if derived is None:
            derived = self._derived[name] = Derived(name)
        for names, matrix in derived.of(found):
            if not matrix.size:
                continue
            columns = [column for facet in names if (column := self._column(facet)) is not None]
            if len(columns) < len(names):
                self.skipped += matrix.shape[1]
                self._give_up(name)
                return
            update_columns(columns, matrix)

    def _give_up(self, name: str) -> None:
        """Forget the facets of a column, and derive no more of it."""
        derived = self._derived.pop(name)
        for facet in (*derived.texts, *derived.lists):
            self.columns.pop(facet, None)
        self._plain.add(name)
