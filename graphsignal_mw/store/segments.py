"""Segments of predictions and labels: which there are, and what is known of each."""

from collections import Counter

from graphsignal_mw.stats import Column, Profile, SegmentStats
from graphsignal_mw.store.columns import added
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.details import detail_rows, names_of, segment_of
from graphsignal_mw.store.span import Span


class Segments(Database):
    """Segments of a deployment. Ranges are half-open, in Unix seconds, of the starts of windows."""

    def segments(self, project: str, deployment: str, start: int, end: int, version: str | None = None) -> list[str]:
        """Return the segments (``name=value``) of predictions and labels in a range, sorted."""
        span = Span(project, deployment, start, end, version)
        with self.read() as connection:
            found = {*names_of(connection, span, "segment"), *names_of(connection, span, "performance")}
        return sorted(found - {""})

    def segment_counters(
        self, project: str, deployment: str, start: int, end: int, version: str | None = None
    ) -> dict[str, Counter[str]]:
        """Return the counters of each segment of predictions over a range, sorted by name."""
        found: dict[str, Counter[str]] = {}
        with self.read() as connection:
            for _, _, name, data in detail_rows(connection, Span(project, deployment, start, end, version), "segment"):
                found.setdefault(name, Counter()).update(segment_of(data).counters)
        return dict(sorted(found.items()))

    def segment_series(
        self, project: str, deployment: str, segment: str, start: int, end: int, version: str | None = None
    ) -> list[tuple[int, SegmentStats]]:
        """Return (start of window, counters and predictions of one segment), versions merged, in the order of time."""
        merged: dict[int, SegmentStats] = {}
        span = Span(project, deployment, start, end, version)
        with self.read() as connection:
            for bucket, _, _, data in detail_rows(connection, span, "segment", segment):
                add_segment(merged.setdefault(bucket, SegmentStats()), segment_of(data))
        return sorted(merged.items())


def add_segment(target: SegmentStats, found: SegmentStats) -> None:
    """Add what is known of a segment at another time or of another version."""
    target.counters.update(found.counters)
    target.predictions.rows += found.predictions.rows
    target.predictions.skipped += found.predictions.skipped
    for name, column in found.predictions.columns.items():
        add_column(target.predictions, name, column)


def add_column(profile: Profile, name: str, column: Column) -> None:
    """Add a column to those of a profile."""
    profile.columns[name] = added(profile.columns.get(name), column)
