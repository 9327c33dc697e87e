"""What came in: counters and latency, in total and along time; versions and exceptions."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import ACCUMULATOR_K, ExceptionCount, Exceptions, Latency, Quantiles
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.details import detail_rows, exceptions_of, latency_of
from graphsignal_mw.store.span import Span
from graphsignal_mw.wire.schema import ExceptionData


def accumulating_latency() -> Latency:
    """Return an empty latency that many may be merged into."""
    return Latency(quantiles=Quantiles(ACCUMULATOR_K))


@dataclass(kw_only=True)
class Totals:
    """Sums over a range: counters by name, latency in seconds, and how many windows there are."""

    counters: Counter[str] = field(default_factory=Counter)
    latency: Latency = field(default_factory=accumulating_latency)
    window_count: int = 0


class Traffic(Database):
    """Counters and latency of a deployment. Ranges are half-open, in Unix seconds, of the starts of windows."""

    def totals(self, project: str, deployment: str, start: int, end: int, version: str | None = None) -> Totals:
        """Return the sums over a range."""
        span, totals = Span(project, deployment, start, end, version), Totals()
        with self.read() as connection:
            found = counters_by_bucket(connection, span)
            for _, _, _, data in detail_rows(connection, span, "latency"):
                totals.latency.merge(latency_of(data))
        totals.window_count = len(found)
        for counters in found.values():
            totals.counters.update(counters)
        return totals

    def counter_series(
        self, project: str, deployment: str, start: int, end: int, version: str | None = None
    ) -> list[tuple[int, dict[str, int]]]:
        """Return (start of window, counters), versions summed, in the order of time."""
        with self.read() as connection:
            found = counters_by_bucket(connection, Span(project, deployment, start, end, version))
        return [(bucket, dict(counters)) for bucket, counters in sorted(found.items())]

    def latency_series(
        self, project: str, deployment: str, start: int, end: int, version: str | None = None
    ) -> list[tuple[int, Latency]]:
        """Return (start of window, latency), versions merged, in the order of time."""
        merged: dict[int, Latency] = {}
        with self.read() as connection:
            for bucket, _, _, data in detail_rows(
                connection, Span(project, deployment, start, end, version), "latency"
            ):
                merged.setdefault(bucket, accumulating_latency()).merge(latency_of(data))
        return sorted(merged.items())

    def versions(self, project: str, deployment: str, start: int, end: int) -> list[str]:
        """Return the versions that windows of a range have, sorted; the one without a name is not among them."""
        table = schema.windows
        query = select(table.c.version).where(Span(project, deployment, start, end).of(table), table.c.version != "")
        with self.read() as connection:
            return sorted(connection.execute(query.distinct()).scalars())

    def exceptions(
        self, project: str, deployment: str, start: int, end: int, version: str | None = None
    ) -> list[ExceptionCount]:
        """Return the kinds of exception of a range, the commonest first."""
        span = Span(project, deployment, start, end, version)
        kinds: dict[tuple[object, ...], ExceptionCount] = {}
        with self.read() as connection:
            for _, _, _, data in detail_rows(connection, span, "exceptions"):
                for found in exceptions_of(data):
                    _count(kinds, found)
        return sorted(kinds.values(), key=lambda kind: (-kind.count, kind.type))


def counters_by_bucket(connection: Connection, span: Span) -> dict[int, Counter[str]]:
    """Return counters by start of window, versions summed, in the order of time."""
    table = schema.windows
    query = select(table.c.bucket, table.c.counters).where(span.of(table)).order_by(table.c.bucket)
    found: dict[int, Counter[str]] = {}
    for bucket, counters in connection.execute(query):
        found.setdefault(bucket, Counter()).update(counters)
    return found


def add_exceptions(target: Exceptions, data: bytes) -> None:
    """Add the kinds of one window to ``target``."""
    for found in exceptions_of(data):
        target.add(_event(found), found.count)


def _count(kinds: dict[tuple[object, ...], ExceptionCount], found: ExceptionData) -> None:
    key = (found.type, tuple(found.frames[-1:]) or found.message)
    if key in kinds:
        kinds[key].count += found.count
    else:
        kinds[key] = ExceptionCount(_event(found), found.count)


def _event(found: ExceptionData) -> ExceptionEvent:
    return ExceptionEvent(found.type, found.message, tuple(found.frames), found.extra)
