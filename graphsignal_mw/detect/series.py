"""Profiles to series: each column, counter and metric as numbers in units of Cohen's w, with their rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.bins import Bins
from graphsignal_mw.detect.counts import count, missing_rows, requests
from graphsignal_mw.detect.families import EXCEPTIONS, PERFORMANCE, VALIDITY, drift_family
from graphsignal_mw.detect.layout import Layout, Series, Subject
from graphsignal_mw.detect.memory import Key
from graphsignal_mw.detect.panel import Panel, join
from graphsignal_mw.detect.reference import NEW, CategoricalReference, Reference, rank_scores, share_scale
from graphsignal_mw.stats import TYPES, WindowStats

Floats = NDArray[np.float64]

_NUMBERS = ("integer", "float")
KINDS = ("number", *(name for name in TYPES if name not in _NUMBERS))


@dataclass(frozen=True, eq=False)
class Source:
    """What series are made from: windows on a grid, and the steps of the grid that are the baseline."""

    bins: Bins
    baseline: slice

    def count(self, measure: Callable[[WindowStats], tuple[float, ...]], width: int) -> Floats:
        """Return the sums of what ``measure`` gives for each window, shape (steps, width)."""
        return count(self.bins.history, self.bins.grid, measure, width)

    def rate(self, subject: Subject, what: str, label: str, hits: Floats, rows: Floats, direction: int = 0) -> Panel:
        """Return one share, ``hits`` of ``rows``, shapes (steps,), as a panel of one series."""
        total = rows[self.baseline].sum()
        share = np.array([hits[self.baseline].sum() / total if total else 0.0])
        scale = float(share_scale(share)[0])
        values = np.divide(hits, rows, out=np.zeros_like(hits), where=rows > 0) / scale
        series = Series(subject, what, label, is_share=True, scale=scale, direction=direction)
        return Panel(Layout((series,)), values[:, None], rows[:, None])


def make_panels(source: Source, references: Mapping[Key, Reference | None]) -> Iterator[Panel]:
    """Yield panels of each column of ``references`` (the bins of what is watched), of exceptions and performance.

    A column without bins, as one of texts or lists, may still be missing or change its type.
    """
    for (stream, name), reference in references.items():
        counts = np.zeros((source.bins.grid.size, 0))
        if reference is not None:
            counts = source.bins.count((stream, name), reference)
            yield drift_panel(stream, name, reference, counts)
        yield validity_panel(source, stream, name, reference, counts)
    yield from exceptions_panel(source)
    yield from performance_panel(source)


def drift_panel(stream: str, name: str, reference: Reference, counts: Floats) -> Panel:
    """Return location and spread of numbers, and the share of every bin."""
    subject = Subject(drift_family(stream), stream, name)
    is_ordered = not isinstance(reference, CategoricalReference)
    used = len(reference.labels) if is_ordered else len(reference.labels) - 1  # new values are a matter of validity
    scale = share_scale(reference.shares[:used])
    scores = rank_scores(reference.shares) if is_ordered else np.empty((0, counts.shape[1]))
    shares, rows = _shares(counts)
    named = [
        Series(subject, what, is_share=False, low=float(score.min()), high=float(score.max()))
        for what, score in zip(("location", "spread"), scores, strict=False)
    ]
    labels = zip(reference.labels[:used], scale.tolist(), strict=True)
    binned = [Series(subject, "share", label, scale=each) for label, each in labels]
    values = np.concatenate([shares @ scores.T, shares[:, :used] / scale], axis=1)
    return Panel(Layout((*named, *binned)), values, np.repeat(rows[:, None], values.shape[1], axis=1))


def validity_panel(source: Source, stream: str, name: str, reference: Reference | None, counts: Floats) -> Panel:
    """Return the share of missing values, of each type that was seen, and of new categories."""
    subject = Subject(VALIDITY, stream, name)
    missing = source.count(lambda stats: missing_rows(stats, stream, name), 2)
    panels = [source.rate(subject, "missing", "", missing[:, 1], missing[:, 0])]
    kinds = source.count(lambda stats: type_counts(stats, stream, name), len(KINDS))
    present = kinds.sum(axis=1)
    for kind, hits in zip(KINDS, kinds.T, strict=True):
        if hits.any():
            panels.append(source.rate(subject, "type", kind, hits, present))
    if isinstance(reference, CategoricalReference):
        panels.append(source.rate(subject, "new", NEW, counts[:, -1], counts.sum(axis=1), direction=1))
    return join(panels)


def exceptions_panel(source: Source) -> Iterator[Panel]:
    """Yield the shares of requests that failed and that were rejected, where there were requests."""
    counted = source.count(requests, 3)
    if counted[:, 0].any():
        subject = Subject(EXCEPTIONS, "", "")
        hits = {"exceptions": counted[:, 1], "rejected": counted[:, 2]}
        yield join([source.rate(subject, what, "", each, counted[:, 0], 1) for what, each in hits.items()])


def performance_panel(source: Source) -> Iterator[Panel]:
    """Yield the accuracy of binary and categorical outputs and the absolute error of numeric ones, by what there is."""
    subject, panels = Subject(PERFORMANCE, "", ""), []
    right = source.count(_accuracy, 2)
    if right[source.baseline, 1].any():
        panels.append(source.rate(subject, "accuracy", "", right[:, 0], right[:, 1], -1))
    sums = source.count(_errors, 3)
    if sums[source.baseline, 0].any():
        panels.append(error_panel(subject, sums, source.baseline))
    if panels:
        yield join(panels)


def error_panel(subject: Subject, sums: Floats, baseline: slice) -> Panel:
    """Return the mean absolute error in standard deviations of the baseline; ``sums`` are (n, abs, squares)."""
    rows, absolute, squares = sums[baseline].sum(axis=0)
    mean = absolute / rows
    spread = float(np.sqrt(max(squares / rows - mean**2, 0.0))) or 1.0
    observed = np.divide(sums[:, 1], sums[:, 0], out=np.zeros(len(sums)), where=sums[:, 0] > 0)
    series = Series(subject, "error", is_share=False, scale=spread, direction=1, high=np.inf)
    return Panel(Layout((series,)), (observed / spread)[:, None], sums[:, :1])


def type_counts(stats: WindowStats, stream: str, name: str) -> tuple[float, ...]:
    """Return how many values of a column were of each of :data:`KINDS`; 1 and 1.0 are the same kind."""
    column = getattr(stats, stream).columns.get(name)
    if column is None:
        return (0.0,) * len(KINDS)
    types = column.types
    return (float(sum(types[kind] for kind in _NUMBERS)), *(float(types[kind]) for kind in KINDS[1:]))


def _accuracy(stats: WindowStats) -> tuple[float, ...]:
    found = stats.performance.get("")
    return (0.0, 0.0) if found is None else tuple(map(float, found.accuracy_counts()))


def _errors(stats: WindowStats) -> tuple[float, ...]:
    found = stats.performance.get("")
    return (0.0, 0.0, 0.0) if found is None else tuple(map(float, found.error_sums()[:3]))


def _shares(counts: Floats) -> tuple[Floats, Floats]:
    rows = counts.sum(axis=1)
    return np.divide(counts, rows[:, None], out=np.zeros_like(counts), where=rows[:, None] > 0), rows
