"""Columns in outline: what a chart or a cell of a heat map shows of many columns, without opening their sketches.

Of numbers, 21 points of the distribution with the share of values up to each; what lies between two points is
interpolated, and where a point is a value that comes often, its share is that of the sketch. Rows add up: shares
weighted with how many values each row has are those of all rows together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.column import Column
from graphsignal_mw.stats.kinds import TYPES
from graphsignal_mw.stats.moments import LARGEST, Moments

Floats = NDArray[np.float64]

POINTS = 21
NAMED = 20  # commonest values that are kept
_PROBABILITIES = np.linspace(0.0, 1.0, POINTS)
_CANDIDATES = 128  # points that quantiles of many rows are chosen from
_SUMS = ("count", "missing", "zeros", "empties", *TYPES, "n", "texts", "measured")
FIELDS = (*_SUMS, "mean", "m2", "distinct")
_SUMMED = len(_SUMS)
_N, _MEASURED, _MEAN, _M2, _DISTINCT = (FIELDS.index(name) for name in ("n", "measured", "mean", "m2", "distinct"))


@dataclass(frozen=True, eq=False)
class Outline:
    """Rows of columns, each one column in one window.

    ``numbers``, shape (rows, fields), are named by :data:`FIELDS`: ``n`` values are in the points, ``texts`` strings
    and booleans were seen, ``mean`` and ``m2`` (squared deviations from it) are of ``measured`` numbers, ``distinct``
    is that of the window with most. ``values`` and ``shares``, shape (rows, 21), are points of the distribution, 0
    where there are no numbers. ``frequent`` counts the commonest strings and booleans.
    """

    numbers: Floats
    values: Floats
    shares: Floats
    frequent: list[dict[str, int]]

    @classmethod
    def of(cls, columns: Iterable[Column]) -> "Outline":
        """Return one row for each of ``columns``."""
        found = list(columns)
        points = [_points(column) for column in found]
        return cls(
            np.array([_numbers(column) for column in found]).reshape(-1, len(FIELDS)),
            np.array([values for values, _ in points]).reshape(-1, POINTS),
            np.array([shares for _, shares in points]).reshape(-1, POINTS),
            [{value: n for value, n, _ in column.frequent.top(NAMED)} for column in found],
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Outline":
        """Return some of the rows."""
        frequent = [self.frequent[row] for row in rows]
        return Outline(self.numbers[rows], self.values[rows], self.shares[rows], frequent)

    def put(self, rows: Sequence[int] | NDArray[np.int64], found: "Outline") -> None:
        """Replace some of the rows."""
        self.numbers[rows], self.values[rows], self.shares[rows] = found.numbers, found.values, found.shares
        for row, counts in zip(rows, found.frequent, strict=True):
            self.frequent[row] = counts

    @classmethod
    def joined(cls, parts: Sequence["Outline"]) -> "Outline":
        """Return the rows of all ``parts``, in their order."""
        if not parts:
            return cls.of([])
        return cls(
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.shares for part in parts]),
            [each for part in parts for each in part.frequent],
        )

    def field(self, name: str) -> Floats:
        """Return one of :data:`FIELDS`, shape (rows,)."""
        return self.numbers[:, FIELDS.index(name)]

    @property
    def numeric(self) -> Floats:
        """How many numbers each row has, shape (rows,)."""
        return self.field("integer") + self.field("float")

    def cdf(self, edges: Floats) -> Floats:
        """Share of values <= each of ``edges``, shape (rows, edges); 0 where there are no numbers."""
        at = (self.values[:, None, :] <= edges[None, :, None]).sum(axis=2)  # points that are not above the edge
        left, right = np.maximum(at - 1, 0), np.minimum(at, POINTS - 1)
        rows = np.arange(len(self))[:, None]
        low, high = self.values[rows, left], self.values[rows, right]
        start, stop = self.shares[rows, left], self.shares[rows, right]
        with np.errstate(all="ignore"):  # ends of the range of doubles
            part = np.where(high > low, (edges / 2 - low / 2) / (high / 2 - low / 2), 0.0)
        found = np.where(at == 0, 0.0, start + np.clip(np.nan_to_num(part), 0.0, 1.0) * (stop - start))
        return np.where(self.numbers[:, _N, None] > 0, found, 0.0)

    def pooled(self) -> "Outline":
        """Return all rows as one."""
        if len(self) == 1:
            return self
        values, shares = self._pooled_points()
        frequent: Counter[str] = Counter()
        for each in self.frequent:
            frequent.update(each)
        return Outline(self._pooled_numbers(), values[None], shares[None], [dict(frequent.most_common(NAMED))])

    def quantile(self, probability: float) -> float | None:
        """Value of the first row at ``probability``, which is one of the points; None where there are no numbers."""
        return float(self.values[0, round(probability * (POINTS - 1))]) if self.numbers[0, _N] else None

    def complete(self, column: Column) -> Column:
        """Give ``column`` the counts and moments of all rows, where it is of some of them only."""
        whole = self.pooled()
        found = dict(zip(FIELDS, whole.numbers[0].tolist(), strict=True))
        column.count, column.missing = int(found["count"]), int(found["missing"])
        column.zeros, column.empties = int(found["zeros"]), int(found["empties"])
        column.types = {kind: int(found[kind]) for kind in TYPES}
        if found["n"]:
            ends = float(whole.values[0, 0]), float(whole.values[0, -1])
            column.values.moments = Moments(int(found["measured"]), found["mean"], found["m2"], *ends)
        return column

    def _pooled_numbers(self) -> Floats:
        numbers = np.zeros((1, len(FIELDS)))
        numbers[0, :_SUMMED] = self.numbers[:, :_SUMMED].sum(axis=0)
        measured, mean = self.numbers[:, _MEASURED], self.numbers[:, _MEAN]
        numbers[0, _MEAN] = (measured / max(numbers[0, _MEASURED], 1.0)) @ mean
        with np.errstate(over="ignore", invalid="ignore"):
            m2 = self.numbers[:, _M2].sum() + measured @ (mean - numbers[0, _MEAN]) ** 2
        numbers[0, _M2] = m2 if np.isfinite(m2) else LARGEST
        numbers[0, _DISTINCT] = self.numbers[:, _DISTINCT].max(initial=0.0)
        return numbers

    def _pooled_points(self) -> tuple[Floats, Floats]:
        weights = self.numbers[:, _N]
        known = np.flatnonzero(weights)
        if len(known) < 2:
            row = known[0] if len(known) else None
            return (np.zeros(POINTS), np.zeros(POINTS)) if row is None else (self.values[row], self.shares[row])
        candidates = np.unique(self.values[known])
        if len(candidates) > _CANDIDATES:
            candidates = candidates[np.linspace(0, len(candidates) - 1, _CANDIDATES).round().astype(int)]
        curves = [np.interp(candidates, self.values[row], self.shares[row], left=0.0, right=1.0) for row in known]
        mixed = weights[known] @ np.array(curves) / weights[known].sum()
        chosen = np.minimum(np.searchsorted(mixed, _PROBABILITIES - 1e-9), len(candidates) - 1)
        return candidates[chosen], mixed[chosen]


def _points(column: Column) -> tuple[Floats, Floats]:
    if not column.quantiles.n:
        return np.zeros(POINTS), np.zeros(POINTS)
    values = column.quantiles.quantiles(_PROBABILITIES)
    distinct, place = np.unique(values, return_inverse=True)
    return values, column.quantiles.cdf(distinct)[place]


def _numbers(column: Column) -> list[float]:
    moments = column.moments
    counts = (column.count, column.missing, column.zeros, column.empties, *(column.types[kind] for kind in TYPES))
    seen = (column.quantiles.n, column.frequent.total, moments.n)
    return [*counts, *seen, moments.mean, moments.m2, column.distinct.estimate()]
