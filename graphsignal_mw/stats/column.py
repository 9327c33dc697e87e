"""Statistics of one column: how many values, of which kinds, and what they look like."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.distinct import Distinct
from graphsignal_mw.stats.frequent import Frequent
from graphsignal_mw.stats.kinds import TYPES, Sorted, sort_values
from graphsignal_mw.stats.moments import Moments
from graphsignal_mw.stats.quantiles import CLIENT_K, Quantiles
from graphsignal_mw.stats.values import Values

_PIECE = 4096  # strings: to count them is one call, in which no one else has the interpreter


class Column:
    """Mergeable statistics of one column.

    ``count`` rows, of which ``missing`` (null, NaN, infinite, absent), ``zeros`` and ``empties`` (strings and
    lists of length 0); ``types`` counts each of :data:`TYPES`, where 1.0 is an integer. ``values`` says what
    the present values look like. ``k`` is the size of the quantile sketch.
    """

    __slots__ = ("count", "empties", "missing", "types", "values", "zeros")

    def __init__(self, k: int = CLIENT_K, significant_digits: int | None = None) -> None:
        self.count = self.missing = self.zeros = self.empties = 0
        self.types = dict.fromkeys(TYPES, 0)
        self.values = Values(k, significant_digits)

    @property
    def moments(self) -> Moments:
        """Moments of the numbers."""
        return self.values.moments

    @property
    def quantiles(self) -> Quantiles:
        """Quantiles of the numbers."""
        return self.values.quantiles

    @property
    def distinct(self) -> Distinct:
        """Distinct values."""
        return self.values.distinct

    @property
    def frequent(self) -> Frequent:
        """Most frequent strings and booleans."""
        return self.values.frequent

    @property
    def lengths(self) -> Moments:
        """Lengths of strings and lists."""
        return self.values.lengths

    @property
    def is_numeric(self) -> bool:
        """Whether most of the values are numbers."""
        numbers = self.types["integer"] + self.types["float"]
        return numbers > self.types["string"] + self.types["boolean"] + self.types["other"]

    def update(self, values: Sequence[Any] | NDArray[Any]) -> Sorted:
        """Add values of any type, shape (n,), and return them by kind.

        One odd value costs no more than itself; never raises.
        """
        self.count += len(values)
        found = sort_values(values)
        self.missing += found.missing
        self.types["other"] += len(found.lengths) + found.others
        self._add_numbers(found.numbers)
        self._add_strings(found)
        if found.lengths:
            self.empties += found.lengths.count(0)
            self.values.add_lengths(found.lengths)
        return found

    def add_counts(self, rows: int, *, integers: int, zeros: int) -> None:
        """Count ``rows`` finite numbers, of which so many are integers and zeros; their values are added elsewhere."""
        self.count += rows
        self._count_numbers(rows, integers, zeros)
        self.values.n += rows

    def add_missing(self, rows: int) -> None:
        """Count ``rows`` in which the column was absent."""
        self.count += rows
        self.missing += rows

    def merge(self, other: "Column") -> None:
        """Add the rows that ``other`` has seen."""
        self.count += other.count
        self.missing += other.missing
        self.zeros += other.zeros
        self.empties += other.empties
        for name, count in other.types.items():
            self.types[name] += count
        self.values.merge(other.values)

    def _add_numbers(self, numbers: NDArray[np.float64]) -> None:
        if not len(numbers):
            return
        integers, nonzero = np.count_nonzero(numbers == np.rint(numbers)), np.count_nonzero(numbers)
        self._count_numbers(len(numbers), int(integers), len(numbers) - int(nonzero))
        self.values.add_numbers(numbers)

    def _count_numbers(self, n: int, integers: int, zeros: int) -> None:
        self.types["integer"] += integers
        self.types["float"] += n - integers
        self.zeros += zeros

    def _add_strings(self, found: Sorted) -> None:
        if found.strings:
            self.types["string"] += len(found.strings)
        for start in range(0, len(found.strings), _PIECE):
            counts = Counter(found.strings[start : start + _PIECE])
            self.empties += counts.pop("", 0)
            self.values.add_strings(counts)
        if found.booleans:
            self.types["boolean"] += sum(found.booleans.values())
            self.values.add_booleans(found.booleans)
