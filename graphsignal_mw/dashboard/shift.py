"""How far a column has moved, to be *seen*: detection decides with more care than this.

Cohen's w between two profiles of a column: the deciles of the reference for numbers, the eight commonest
values for the rest, and one more bin for what is missing (Cohen 1988, "Statistical Power Analysis", 7.2). The
part of w squared that noise alone would give, (bins - 1) (1/n + 1/m), is taken off; what could well be noise is 0.
"""

import math

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats import Column

LEVELS = ((0.5, "high"), (0.3, "medium"), (0.1, "low"))
_DECILES = tuple(i / 10 for i in range(1, 10))
_FLOOR = 0.001
_TOP = 8
_FILL = 20


class Reference:
    """What a column looked like before: edges or values, and the share of rows in each bin."""

    def __init__(self, column: Column) -> None:
        self.rows = column.count
        self.edges = np.unique(column.quantiles.quantiles(_DECILES)) if column.quantiles.n else np.empty(0)
        self.values = [value for value, _, _ in column.frequent.top(_TOP)]
        self.shares = self.shares_of(column)

    def shares_of(self, column: Column) -> NDArray[np.float64]:
        """Share of the rows of ``column`` in each bin, shape (bins,); sums to 1 unless ``column`` is empty."""
        rows = max(column.count, 1)
        counts = [*self._numbers(column), *self._strings(column), float(column.missing)]
        rest = max(0.0, column.count - sum(counts))
        return np.array([*counts, rest]) / rows

    def shift(self, column: Column, slot: Column | None = None) -> float | None:
        """Cohen's w of ``column``, 0 when noise explains it; None without rows to compare.

        ``slot`` is the part of the reference that is comparable, such as the same hour of other days; where it
        is small it is filled up with 20 rows of the whole.
        """
        if not self.rows or not column.count or self._withheld(column):
            return None
        expected, rows = self._expected(slot)
        now = self.shares_of(column)
        used = (expected > 0) | (now > 0)
        floored = np.maximum(expected, _FLOOR)
        squared = float((((now - floored) ** 2) / floored)[used].sum())
        return _beyond_noise(squared, int(used.sum()) - 1, 1 / column.count + 1 / rows)

    def _expected(self, slot: Column | None) -> tuple[NDArray[np.float64], int]:
        if slot is None or self._withheld(slot):
            return self.shares, self.rows
        rows = slot.count + _FILL
        return (self.shares_of(slot) * slot.count + self.shares * _FILL) / rows, rows

    def _withheld(self, column: Column) -> bool:
        # A window of very few rows keeps its sketch back: numbers were seen, but not which.
        return bool(len(self.edges)) and bool(_numeric(column)) and not column.quantiles.n

    def _numbers(self, column: Column) -> list[float]:
        if not len(self.edges) or not column.quantiles.n:
            return [0.0] * len(self.edges) + [float(_numeric(column))]
        shares = np.diff(column.quantiles.cdf(self.edges), prepend=0.0, append=1.0)
        return list(shares * _numeric(column))

    def _strings(self, column: Column) -> list[float]:
        counts = column.frequent.counts
        known = [float(counts.get(value, 0)) for value in self.values]
        return [*known, float(max(0, column.frequent.total - sum(known)))]


def level(shift: float | None) -> str:
    """Name how far it is: ``none`` (below .1), ``low``, ``medium`` (.3), ``high`` (.5), ``unknown``."""
    if shift is None:
        return "unknown"
    return next((name for least, name in LEVELS if shift >= least), "none")


def _beyond_noise(squared: float, freedom: int, variance: float) -> float:
    """Return w without its noise, which is chi-squared times ``variance``; 0 within 2.5 sd of nothing."""
    if squared < variance * (freedom + 2.5 * math.sqrt(2 * freedom)):
        return 0.0
    return math.sqrt(max(0.0, squared - variance * freedom))


def _numeric(column: Column) -> int:
    return column.types["integer"] + column.types["float"]
