"""Details of windows, by kind: what ``data`` holds, and how it is read."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from graphsignal_mw.stats import Latency, Performance, SegmentStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.span import Span
from graphsignal_mw.wire.convert import profile_from_wire
from graphsignal_mw.wire.numbers import latency_from_wire
from graphsignal_mw.wire.performance import performance_from_wire
from graphsignal_mw.wire.schema import ExceptionData, LatencyData, PerformanceData, SegmentData

_latency = msgspec.msgpack.Decoder(LatencyData)
_performance = msgspec.msgpack.Decoder(PerformanceData)
_segment = msgspec.msgpack.Decoder(SegmentData)
_exceptions = msgspec.msgpack.Decoder(list[ExceptionData])
SCALAR_KINDS = ("performance", "exceptions")  # they stay with their window for as long as its counts and moments


def detail_rows(
    connection: Connection, span: Span, kind: str | None = None, name: str | None = None, level: int | None = None
) -> Iterator[tuple[int, str, str, bytes]]:
    """Return (bucket, kind, name, data) of details, in no order."""
    table = schema.details
    query = select(table.c.bucket, table.c.kind, table.c.name, table.c.data)
    for row in connection.execute(query.where(span.of(table, kind=kind, name=name, level=level))):
        yield row.bucket, row.kind, row.name, row.data


def names_of(connection: Connection, span: Span, kind: str) -> list[str]:
    """Return the names that details of a kind have, sorted."""
    table = schema.details
    query = select(table.c.name).where(span.of(table, kind=kind)).distinct().order_by(table.c.name)
    return list(connection.execute(query).scalars())


def latency_of(data: bytes) -> Latency:
    """Return latencies of one window."""
    return latency_from_wire(_latency.decode(data))


def performance_of(data: bytes) -> Performance:
    """Return performance of one window and segment."""
    return performance_from_wire(_performance.decode(data))


def segment_of(data: bytes) -> SegmentStats:
    """Return counts and predictions of one window and segment."""
    found = _segment.decode(data)
    stats = SegmentStats()
    stats.counters.update(found.counters)
    stats.predictions = profile_from_wire(found.predictions)
    return stats


def exceptions_of(data: bytes) -> list[ExceptionData]:
    """Return the kinds of exception of one window."""
    return _exceptions.decode(data)


def metadata_of(data: bytes) -> dict[str, Any]:
    """Return the metadata of one window."""
    return msgspec.msgpack.decode(data, type=dict[str, Any])
