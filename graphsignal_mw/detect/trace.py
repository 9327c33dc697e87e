"""What all tests of one scale have found, over the days and side by side over the series."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.forecast import Scan
from graphsignal_mw.detect.layout import row_variance
from graphsignal_mw.detect.scales import Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """Windows that end with the steps ``ends``, ascending, shape (windows,); the rest (windows, series)."""

    scale: Scale
    ends: NDArray[np.int64]
    p: Floats
    observed: Floats
    deviation: Floats
    sampling: Floats
    rows: Floats

    def at(self, step: int) -> int | None:
        """Return the index of the window that ends with ``step``."""
        index = int(np.searchsorted(self.ends, step))
        return index if index < len(self.ends) and self.ends[index] == step else None

    def excludes(self, window: int, finding: Finding, subject: slice) -> bool:
        """Whether a window has rows, looks normal, and would not if half of the effect were still there (at 5 %).

        ``subject`` are the series of the finding's subject: all of them must look normal.
        """
        series, rows = finding.index, self.rows[window, finding.index]
        tested = np.count_nonzero(self.rows[window, subject])
        if rows <= 0 or self.p[window, subject].min() * tested <= 0.05:
            return False
        half = finding.effect / 2
        expected = self.observed[window, series] - self.deviation[window, series]
        variance = max(row_variance(finding.series, expected + half) / rows, self.sampling[window, series])
        return bool(abs(self.deviation[window, series]) + 1.645 * variance**0.5 < abs(half))

    def mean_rows(self, series: int, first: int, last: int) -> float:
        """Return the mean rows of the windows that end with the steps ``first`` to ``last`` and have rows."""
        rows = self.rows[(self.ends >= first) & (self.ends <= last), series]
        return float(rows[rows > 0].mean()) if rows.any() else 0.0

    def latest(self, window: int, series: int, count: int, after: int) -> list[int]:
        """Return up to ``count`` windows until ``window`` that have rows and begin after the step ``after``."""
        starts = self.ends[: window + 1] + 1 - self.scale.length
        used = np.flatnonzero((self.rows[: window + 1, series] > 0) & (starts > after))
        return [int(index) for index in used[-count:]]


def side_by_side(scans: Sequence[Scan]) -> Trace:
    """Put scans of the same windows and different series side by side."""
    first = scans[0]
    p, observed, deviation, sampling, rows = (
        np.concatenate([getattr(scan, name) for scan in scans], axis=1)
        for name in ("p", "observed", "deviation", "sampling", "rows")
    )
    return Trace(first.scale, first.ends, p, observed, deviation, sampling, rows)


def in_order(traces: Sequence[Trace]) -> Trace:
    """Put traces of the same series and following windows one after the other."""
    ends, p, observed, deviation, sampling, rows = (
        np.concatenate([getattr(trace, name) for trace in traces])
        for name in ("ends", "p", "observed", "deviation", "sampling", "rows")
    )
    return Trace(traces[0].scale, ends, p, observed, deviation, sampling, rows)
