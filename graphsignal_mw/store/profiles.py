"""Whole windows, as detection looks at them."""

from sqlalchemy import Connection, select

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.columns import column_rows, columns_of
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.details import detail_rows, latency_of, metadata_of, performance_of, segment_of
from graphsignal_mw.store.scalars import Windows, add_counts
from graphsignal_mw.store.segments import add_column, add_segment
from graphsignal_mw.store.span import Span
from graphsignal_mw.store.traffic import add_exceptions


class Profiles(Database):
    """Windows of a deployment with everything that is known of them."""

    def profiles(
        self, project: str, deployment: str, start: int, end: int, version: str | None = None
    ) -> list[tuple[int, WindowStats]]:
        """Return (start of window, statistics) in the order of time, versions merged.

        Windows are those of the deployment: shorter ones, of processes set otherwise, are merged into them.
        """
        span = Span(project, deployment, start, end, version)
        with self.read() as connection:
            windows = Windows(_window_seconds(connection, span))
            add_counts(connection, span, windows)
            for row, column in columns_of(column_rows(connection, span)):
                profile = getattr(windows.at(row.bucket), row.stream)
                add_column(profile, row.name, column)
            for bucket, kind, name, data in detail_rows(connection, span):
                _add_detail(windows.at(bucket), kind, name, data)
        return sorted(windows.found.items())


def _window_seconds(connection: Connection, span: Span) -> int:
    table = schema.deployments
    query = select(table.c.window_seconds).where(table.c.project == span.project, table.c.name == span.deployment)
    return int(connection.execute(query).scalar() or 1)


def _add_detail(stats: WindowStats, kind: str, name: str, data: bytes) -> None:
    if kind == "latency":
        stats.latency.merge(latency_of(data))
    elif kind == "performance":
        stats.performance_of(name).merge(performance_of(data))
    elif kind == "segment":
        add_segment(stats.segment(name), segment_of(data))
    elif kind == "exceptions":
        add_exceptions(stats.exceptions, data)
    else:
        stats.metadata.update(metadata_of(data))
