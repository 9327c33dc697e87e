"""Windows without their sketches: counters, counts and moments, performance and exceptions."""

from sqlalchemy import Connection, select

from graphsignal_mw.stats import ACCUMULATOR_K, Latency, Quantiles, WindowStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.columns import columns_of, scalar_rows
from graphsignal_mw.store.details import SCALAR_KINDS, detail_rows, performance_of
from graphsignal_mw.store.segments import add_column
from graphsignal_mw.store.span import Span
from graphsignal_mw.store.traffic import add_exceptions


class Windows:
    """Windows of ``seconds`` by their start, made when they are first asked for."""

    def __init__(self, seconds: int = 1) -> None:
        self.seconds = seconds
        self.found: dict[int, WindowStats] = {}

    def at(self, bucket: int) -> WindowStats:
        """Return the window that ``bucket`` is in."""
        start = bucket - bucket % self.seconds
        if start not in self.found:
            stats = self.found[start] = WindowStats()
            stats.latency = Latency(quantiles=Quantiles(ACCUMULATOR_K))
        return self.found[start]


def add_counts(connection: Connection, span: Span, windows: Windows, level: int | None = None) -> None:
    """Add counters and rows, of a ``level`` or of all."""
    table = schema.windows
    query = select(table.c.bucket, table.c.counters, table.c.feature_rows, table.c.prediction_rows)
    for bucket, counters, feature_rows, prediction_rows in connection.execute(query.where(span.of(table, level=level))):
        stats = windows.at(bucket)
        stats.counters.update(counters)
        stats.features.rows += feature_rows
        stats.predictions.rows += prediction_rows


def add_scalars(connection: Connection, span: Span, windows: Windows, level: int | None = None) -> None:
    """Add all but sketches, and what is read of sketches alone, of a ``level`` or of all."""
    add_counts(connection, span, windows, level)
    for row, column in columns_of(scalar_rows(connection, span, level)):
        add_column(getattr(windows.at(row.bucket), row.stream), row.name, column)
    for kind in SCALAR_KINDS:
        for bucket, _, name, data in detail_rows(connection, span, kind, level=level):
            stats = windows.at(bucket)
            if kind == "performance":
                stats.performance_of(name).merge(performance_of(data))
            else:
                add_exceptions(stats.exceptions, data)
