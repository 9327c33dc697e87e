"""Which series stand side by side, and how each is tested."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.families import tolerance_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Subject(NamedTuple):
    """What a finding is about: one column in one family. ``stream`` and ``column`` are "" for the whole deployment."""

    family: str
    stream: str
    column: str


class Series(NamedTuple):
    """One monitored quantity.

    ``what`` is "location", "spread", "share" (of the bin ``label``), "missing", "type", "new", "exceptions",
    "rejected", "accuracy" or "error". A value is a share divided by ``scale`` when ``is_share``. Only deviations in
    ``direction`` (1 up, -1 down, 0 both) count. One row is between ``low`` and ``high``, in the unit of the label
    (shares: 0 and 1, others: that of the series).
    """

    subject: Subject
    what: str
    label: str = ""
    is_share: bool = True
    scale: float = 1.0
    direction: int = 0
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, eq=False)
class Layout:
    """Series side by side; those of one subject stand together."""

    series: tuple[Series, ...]

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Subjects in the order of their series."""
        return tuple(subject for subject, _ in groupby(self.series, key=lambda s: s.subject))

    @cached_property
    def firsts(self) -> NDArray[np.intp]:
        """Index of the first series of each subject, shape (subjects,)."""
        sizes = [len(list(group)) for _, group in groupby(self.series, key=lambda s: s.subject)]
        return np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)

    @cached_property
    def owners(self) -> NDArray[np.intp]:
        """Index of the subject of each series, shape (series,)."""
        sizes = np.diff(np.append(self.firsts, len(self.series)))
        return np.repeat(np.arange(len(sizes)), sizes)

    def series_of(self, subject: Subject) -> slice:
        """Return where the series of a subject stand."""
        index = self.subjects.index(subject)
        first = int(self.firsts[index])
        return slice(first, first + int(np.count_nonzero(self.owners == index)))

    @cached_property
    def is_share(self) -> Flags:
        """Whether each series is a share, shape (series,)."""
        return np.array([s.is_share for s in self.series], dtype=bool)

    @cached_property
    def scale(self) -> Floats:
        """Divisor of each share, shape (series,)."""
        return np.array([s.scale for s in self.series])

    @cached_property
    def direction(self) -> NDArray[np.int64]:
        """Direction that counts, shape (series,)."""
        return np.array([s.direction for s in self.series], dtype=np.int64)

    @cached_property
    def margin(self) -> Floats:
        """Deviation that is no evidence, shape (series,)."""
        return np.array([tolerance_of(s.subject.family).margin for s in self.series])

    @cached_property
    def floor(self) -> Floats:
        """Least observed deviation of a finding, shape (series,)."""
        return np.array([tolerance_of(s.subject.family).floor for s in self.series])

    @cached_property
    def prior(self) -> Floats:
        """Standard deviation between windows that is assumed without history, shape (series,)."""
        return np.array([tolerance_of(s.subject.family).prior for s in self.series])

    @cached_property
    def low(self) -> Floats:
        """Least value of one row, in units of the series, shape (series,)."""
        return np.array([s.low / s.scale for s in self.series])

    @cached_property
    def high(self) -> Floats:
        """Greatest value of one row, in units of the series, shape (series,)."""
        return np.array([s.high / s.scale for s in self.series])

    def at_least_of_bins(self, variance: Floats) -> Floats:
        """Raise the variance of each series of a column with bins to the mean of these, shapes (series,).

        Rows that come in clusters (the same weather for all flights of an hour) vary together in every bin, and by as
        much in units of Cohen's w; a rare bin alone has not shown it yet.
        """
        bins = np.array([s.what == "share" for s in self.series], dtype=np.float64)
        number = np.add.reduceat(bins, self.firsts)
        mean = np.add.reduceat(bins * variance, self.firsts) / np.maximum(number, 1.0)
        return np.maximum(variance, mean[self.owners])

    def row_variance(self, expected: Floats) -> Floats:
        """Return the variance of one row where ``expected`` is the level, shape (..., series)."""
        share = np.clip(expected * self.scale, 1e-6, 1 - 1e-6)
        return np.where(self.is_share, np.maximum(share * (1 - share), 2.5e-4) / self.scale**2, 1.0)


def row_variance(series: Series, expected: float) -> float:
    """Return the variance of one row of a series where ``expected`` is the level."""
    if not series.is_share:
        return 1.0
    share = min(max(expected * series.scale, 1e-6), 1 - 1e-6)
    return max(share * (1 - share), 2.5e-4) / series.scale**2
