"""One block of series, day by day: what was expected, what was seen, how surprising it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.level import TRAILING_DAYS, Level
from graphsignal_mw.detect.noise import Errors, fit_noise, hour_of, pool
from graphsignal_mw.detect.panel import Panel
from graphsignal_mw.detect.scales import Scale
from graphsignal_mw.detect.significance import Pools, p_values

Floats = NDArray[np.float64]

SEASONAL_GAIN = 0.95
_SEASONAL_DAYS = 4
_FIRST_BACKTEST = 3


@dataclass(frozen=True, eq=False)
class Scan:
    """Tests of one scale: windows that end with the steps ``ends``, shape (windows,); the rest (windows, series)."""

    scale: Scale
    ends: NDArray[np.int64]
    p: Floats
    observed: Floats
    deviation: Floats
    sampling: Floats
    rows: Floats


class Forecast:
    """Walks the days of ``panel`` in order; a day is tested with what the days before it have taught."""

    def __init__(self, grid: Grid, panel: Panel) -> None:
        self.grid = grid
        self.panel = panel
        self.level = Level(grid, panel)
        self._rows = np.zeros(panel.values.shape)  # of the steps that have an expectation
        self._teaches = np.ones(panel.values.shape, dtype=bool)
        self._overall = np.zeros(panel.values.shape)
        self._by_hour = np.zeros(panel.values.shape)
        self._variance = np.ones(panel.values.shape)
        self._expected = np.zeros(panel.values.shape)

    def forget_errors(self, start: int, stop: int, series: slice) -> None:
        """Learn no noise from the steps ``start`` to ``stop`` (excluded): they were compared with another normal."""
        self._teaches[max(start, 0) : max(stop, 0), series] = False

    def expect(self, day: int) -> None:
        """Note what is expected of ``day``, given all days before it."""
        steps = self.grid.steps_of(day)
        overall, by_hour = self.level.expect(day)
        known = np.isfinite(overall)
        self._rows[steps] = self.panel.rows[steps] * known
        self._overall[steps] = np.where(known, overall, 0.0)
        self._by_hour[steps] = np.where(known, by_hour, 0.0)
        self._variance[steps] = self.panel.layout.row_variance(self._by_hour[steps])

    def test(self, day: int, scales: tuple[Scale, ...], until: int) -> list[Scan]:
        """Test the windows that end on ``day`` and before the step ``until``, one scan a scale."""
        history = self._history(day)
        is_seasonal = self._is_seasonal(history)
        self._choose(is_seasonal, self.grid.steps_of(day))
        expected = np.where(is_seasonal, self._by_hour[history], self._overall[history])
        residuals = self.panel.values[history] - expected
        rows = self._rows[history] * self._teaches[history]
        errors = Errors(residuals, rows, self._variance[history], self.level.kept(history))
        return [self._scan(scale, self._ends(scale, day, until), errors) for scale in scales]

    def _choose(self, is_seasonal: NDArray[np.bool_], steps: slice) -> None:
        """Choose the expectation of the ``steps`` of a day, and of the day before: windows that reach back into it.

        They are judged by noise of the same choice; a mixture of both would look like a change on the day on which
        the hour of the day begins to count.
        """
        chosen = slice(max(0, steps.start - self.grid.per_day), steps.stop)
        self._expected[chosen] = np.where(is_seasonal, self._by_hour[chosen], self._overall[chosen])

    def _history(self, day: int) -> slice:
        """Return the steps before ``day`` whose errors teach the noise."""
        first = min(_FIRST_BACKTEST, max(1, day - 1))
        return slice(max(first, day - TRAILING_DAYS) * self.grid.per_day, day * self.grid.per_day)

    def _is_seasonal(self, history: slice) -> NDArray[np.bool_]:
        """Say for which series the hour of the day makes the errors of past days smaller by more than 5 %."""
        hour = max(1, self.grid.per_day // 24)
        ends = np.arange(hour - 1, history.stop - history.start, hour)
        loss = []
        for expected in (self._by_hour, self._overall):
            errors = self.panel.values[history] - expected[history]
            rows, errors = pool(self._rows[history], errors, ends, hour)
            loss.append((np.sqrt(rows) * errors**2).sum(axis=0))
        enough = (history.stop - history.start) >= (_SEASONAL_DAYS - 1) * self.grid.per_day
        return np.asarray((loss[0] < SEASONAL_GAIN * loss[1]) & enough)

    def _scan(self, scale: Scale, ends: NDArray[np.int64], errors: Errors) -> Scan:
        noise = fit_noise(errors, scale, self.grid.per_day, self.panel.layout)
        pools = self._pools(scale, ends)
        p = p_values(pools, noise, self.panel.layout)
        return Scan(scale, ends, p, pools.observed, pools.deviation, pools.sampling, pools.rows)

    def _ends(self, scale: Scale, day: int, until: int) -> NDArray[np.int64]:
        steps = np.arange(day * self.grid.per_day, min((day + 1) * self.grid.per_day, until))
        return np.asarray(steps[((steps + 1) % scale.every == 0) & (steps >= scale.length - 1)])

    def _pools(self, scale: Scale, ends: NDArray[np.int64]) -> Pools:
        first = max(0, int(ends[0]) + 1 - scale.length) if len(ends) else 0
        steps = slice(first, int(ends[-1]) + 1 if len(ends) else 0)
        rows, observed = self._mean(self.panel.values, steps, ends, scale)
        _, expected = self._mean(self._expected, steps, ends, scale)
        _, variance = self._mean(self._variance, steps, ends, scale)
        return Pools(rows, observed, expected, variance, hour_of(ends, scale, self.grid.per_day))

    def _mean(self, values: Floats, steps: slice, ends: NDArray[np.int64], scale: Scale) -> tuple[Floats, Floats]:
        return pool(self._rows[steps], values[steps], ends - steps.start, scale.length)
