"""The walk over the days: expect, test, flag, and leave what was flagged out of what is expected next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.control import alpha_of, discoveries
from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.flags import Verdicts, confirmed, judge
from graphsignal_mw.detect.forecast import Forecast
from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.layout import Layout, Subject
from graphsignal_mw.detect.panel import Panel
from graphsignal_mw.detect.scales import Scale, scales_of
from graphsignal_mw.detect.trace import Trace, in_order, side_by_side

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_ROWS = 20
"""Windows with fewer rows wait for longer ones, where there are longer ones."""
LEARNING_DAYS = 7
LEARNING_FLOOR = 0.5
"""Effect that matters while a column is younger than ``LEARNING_DAYS`` days."""


@dataclass(frozen=True, eq=False)
class Walked:
    """What a walk has found: findings in order of time, and the tests of each scale, the finest first."""

    layout: Layout
    findings: tuple[Finding, ...]
    traces: tuple[Trace, ...]


class Walk:
    """Tests ``panels`` day by day; steps from ``until`` on are not over yet."""

    def __init__(self, grid: Grid, panels: Sequence[Panel], until: int) -> None:
        self.grid = grid
        self.until = until
        self.scales = scales_of(grid.step)
        self.forecasts = [Forecast(grid, panel) for panel in panels]
        self.layout = Layout(tuple(series for panel in panels for series in panel.layout.series))
        self._offsets = np.cumsum([0, *(len(panel.layout.series) for panel in panels)])
        self._ages = np.concatenate([_ages(grid, panel) for panel in panels], axis=1)
        self._families = sorted({subject.family for subject in self.layout.subjects})
        self._tolerated: dict[Subject, int] = {}
        self._before = np.zeros((2, len(self.layout.subjects)), dtype=bool)

    def exclude(self, start: int, stop: int, subjects: set[Subject]) -> None:
        """Leave steps of some subjects out of what is expected."""
        for subject in sorted(subjects):
            self._exclude(start, stop, self.layout.series_of(subject))

    def restart(self, start: int, until: int, subjects: set[Subject]) -> None:
        """Compare some subjects only with the steps from ``start`` on, and flag nothing that began before ``until``."""
        self.exclude(0, start, subjects)
        settled = (start // self.grid.per_day + 2) * self.grid.per_day
        for subject in sorted(subjects):
            self._tolerated[subject] = max(until, self._tolerated.get(subject, 0))
            block, own = self._place(self.layout.series_of(subject))
            self.forecasts[block].forget_errors(start, settled, own)

    def run(self, first: int) -> Walked:
        """Expect every day, and test those from the day ``first`` on."""
        findings: list[Finding] = []
        traces: list[list[Trace]] = []
        for day in range(1, self.grid.days):
            for forecast in self.forecasts:
                forecast.expect(day)
            if day >= first:
                traces.append(self._test(day))
                findings += self._flag(day, traces[-1])
        merged = tuple(in_order(each) for each in zip(*traces, strict=True))
        return Walked(self.layout, tuple(sorted(findings, key=lambda f: (f.end, f.scale, f.index))), merged)

    def _test(self, day: int) -> list[Trace]:
        scans = [forecast.test(day, self.scales, self.until) for forecast in self.forecasts]
        return [side_by_side(of_scale) for of_scale in zip(*scans, strict=True)]

    def _flag(self, day: int, traces: Sequence[Trace]) -> Iterator[Finding]:
        least = np.where(self._ages[day] < LEARNING_DAYS, LEARNING_FLOOR, self.layout.floor)
        for trace in traces:
            is_longest = trace.scale == self.scales[-1]
            verdicts = judge(trace, self.layout, least, 1 if is_longest else LEAST_ROWS)
            flags = self._flags(trace.scale, verdicts)
            for row, index in np.argwhere(flags):
                subject = self.layout.subjects[index]
                start, stop = int(trace.ends[row]) + 1 - trace.scale.length, int(trace.ends[row]) + 1
                if start >= self._tolerated.get(subject, 0):
                    yield self._finding(trace, verdicts, int(row), int(index))
                    self._exclude(start, stop, self.layout.series_of(subject))

    def _flags(self, scale: Scale, verdicts: Verdicts) -> Flags:
        found = np.zeros(verdicts.p.shape, dtype=bool)
        alpha = alpha_of(scale, self.grid.step, len(self.scales), len(self._families))
        for family in self._families:
            index = [i for i, subject in enumerate(self.layout.subjects) if subject.family == family]
            found[:, index] = discoveries(verdicts.p[:, index], alpha)
        if scale != self.scales[0]:
            return found
        before, self._before = self._before, np.concatenate([self._before, found])[-2:]
        return confirmed(found, verdicts.effect, before)

    def _finding(self, trace: Trace, verdicts: Verdicts, row: int, subject: int) -> Finding:
        index = int(verdicts.lead[row, subject])
        deviation, observed = float(trace.deviation[row, index]), float(trace.observed[row, index])
        series = self.layout.series[index]
        return Finding(
            subject=series.subject,
            series=series,
            index=index,
            scale=trace.scale.length,
            end=int(trace.ends[row]),
            p=float(verdicts.p[row, subject]),
            effect=deviation,
            observed=observed * series.scale,
            expected=(observed - deviation) * series.scale,
            rows=float(trace.rows[row, index]),
        )

    def _exclude(self, start: int, stop: int, series: slice) -> None:
        block, own = self._place(series)
        self.forecasts[block].level.exclude(start, stop, own)

    def _place(self, series: slice) -> tuple[int, slice]:
        """Return the forecast that has some series, and where it has them."""
        block = int(np.searchsorted(self._offsets, series.start, side="right")) - 1
        offset = int(self._offsets[block])
        return block, slice(series.start - offset, series.stop - offset)


def _ages(grid: Grid, panel: Panel) -> NDArray[np.int64]:
    """Return on how many days before each day a series had rows, shape (days, series)."""
    present = panel.rows.reshape(grid.days, grid.per_day, -1).any(axis=1)
    return np.cumsum(present, axis=0) - present
