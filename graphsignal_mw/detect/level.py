"""What is expected of each series on a day, from the days before it.

A weighted mean of the trailing 28 days (half-life 7 days), overall and by hour of the day on weekdays or weekends;
the hours are shrunk to the overall mean by 20 rows and joined by straight lines.
"""

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.panel import Panel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TRAILING_DAYS = 28
HALF_LIFE_DAYS = 7.0
SLOTS = 24
SHRINKAGE_ROWS = 20.0
_LEAST_KEPT = 0.03  # about a day of four weeks


class Level:
    """Expected values of the series of ``panel``; flagged steps can be left out of it."""

    def __init__(self, grid: Grid, panel: Panel) -> None:
        self._grid = grid
        self._panel = panel
        self._kept = np.ones(panel.values.shape, dtype=bool)
        self._all_rows, self._all_sums = self._slots(panel.rows, panel.values)
        self._rows, self._sums = self._all_rows.copy(), self._all_sums.copy()

    def exclude(self, start: int, stop: int, series: slice) -> None:
        """Leave the steps from ``start`` to ``stop`` (excluded) of ``series`` out of what is expected later."""
        self._kept[max(start, 0) : max(stop, 0), series] = False
        width = self._grid.per_day
        for day in range(max(start, 0) // width, min(-(-stop // width), self._grid.days)):
            steps = self._grid.steps_of(day)
            rows = self._panel.rows[steps, series] * self._kept[steps, series]
            found = self._slots(rows, self._panel.values[steps, series])
            self._rows[day, :, series], self._sums[day, :, series] = found[0][0], found[1][0]

    def kept(self, steps: slice) -> Flags:
        """Say which steps were not left out, shape (steps, series)."""
        return self._kept[steps]

    def expect(self, day: int) -> tuple[Floats, Floats]:
        """Return what is expected of ``day``: overall, shape (series,), and by step, shape (steps of a day, series).

        NaN for series without rows in the days before.
        """
        first = max(0, day - TRAILING_DAYS)
        weights = 0.5 ** ((day - 1 - np.arange(first, day)) / HALF_LIFE_DAYS)
        rows, sums = self._used(first, day)
        overall = self._mean(np.tensordot(weights, sums.sum(axis=1), 1), np.tensordot(weights, rows.sum(axis=1), 1))
        similar = weights * self._similar(first, day)
        slot_rows, slot_sums = np.tensordot(similar, rows, 1), np.tensordot(similar, sums, 1)
        slots = (slot_sums + SHRINKAGE_ROWS * overall) / (slot_rows + SHRINKAGE_ROWS)
        return overall, self._interpolated(slots)

    def _slots(self, rows: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Return rows and sums by day and hour, shapes (days, SLOTS, series)."""
        shape = (-1, SLOTS, self._grid.per_day // SLOTS, rows.shape[1])
        return rows.reshape(shape).sum(axis=2), (rows * values).reshape(shape).sum(axis=2)

    def _used(self, first: int, day: int) -> tuple[Floats, Floats]:
        """Return rows and sums without what is left out, or with it where almost nothing would remain."""
        rows, sums = self._rows[first:day], self._sums[first:day]
        all_rows = self._all_rows[first:day]
        enough = rows.sum(axis=(0, 1)) >= _LEAST_KEPT * all_rows.sum(axis=(0, 1))
        return np.where(enough, rows, all_rows), np.where(enough, sums, self._all_sums[first:day])

    def _similar(self, first: int, day: int) -> Flags:
        """Say which days are like ``day``: weekdays or weekends, where there are at least two of them."""
        wanted = self._grid.is_weekend(day)
        same = np.array([self._grid.is_weekend(other) == wanted for other in range(first, day)], dtype=bool)
        return same if same.sum() >= 2 else np.ones(len(same), dtype=bool)

    def _mean(self, sums: Floats, rows: Floats) -> Floats:
        return np.asarray(np.divide(sums, rows, out=np.full(sums.shape, np.nan), where=rows > 0))

    def _interpolated(self, slots: Floats) -> Floats:
        steps = self._grid.per_day
        position = (np.arange(steps) + 0.5) / steps * SLOTS - 0.5
        before = np.floor(position).astype(np.intp)
        part = (position - before)[:, None]
        return np.asarray(slots[before % SLOTS] * (1 - part) + slots[(before + 1) % SLOTS] * part)
