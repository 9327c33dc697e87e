"""One window as rows: its counters, its columns (scalars apart from sketches) and its details."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete

from graphsignal_mw.store import schema
from graphsignal_mw.store.span import WindowKey
from graphsignal_mw.wire.schema import ColumnData, Part, PerformanceData, SegmentData, ValuesData

_TABLES = (schema.windows, schema.columns, schema.column_sketches, schema.details)
_pack = msgspec.msgpack.Encoder().encode


def clear_window(connection: Connection, key: WindowKey) -> None:
    """Delete the rows of a window."""
    for table in _TABLES:
        connection.execute(delete(table).where(key.of(table)))


def write_window(connection: Connection, key: WindowKey, part: Part) -> None:
    """Insert the rows of a window."""
    window = key._asdict()
    connection.execute(schema.windows.insert(), {**window, **_window_row(part)})
    columns = [{**window, **row} for row in _column_rows(part)]
    if columns:
        connection.execute(schema.columns.insert(), columns)
    for table, rows in ((schema.column_sketches, _sketch_rows(part)), (schema.details, _detail_rows(part))):
        found = [{**window, **row} for row in rows]
        if found:
            connection.execute(table.insert(), found)


def _window_row(part: Part) -> dict[str, Any]:
    skipped = part.features.skipped + part.predictions.skipped
    return {
        "counters": {**part.counters, **({"dropped.column_limit": skipped} if skipped else {})},
        "feature_rows": part.features.rows,
        "prediction_rows": part.predictions.rows,
    }


def _streams(part: Part) -> Iterator[tuple[str, str, ColumnData]]:
    for stream, profile in (("features", part.features), ("predictions", part.predictions)):
        for name, column in profile.columns.items():
            yield stream, name, column


def _column_rows(part: Part) -> Iterator[dict[str, Any]]:
    for stream, name, column in _streams(part):
        counts = {c: getattr(column, c) for c in ("count", "missing", "zeros", "empties")}
        yield {"stream": stream, "name": name, **counts, "types": dict(column.types), **_moments(column.values)}


def _moments(values: ValuesData | None) -> dict[str, Any]:
    if values is None or not values.moments.n:
        return {"n": 0, "mean": None, "m2": None, "minimum": None, "maximum": None}
    found = values.moments
    numbers = {"mean": found.mean, "m2": found.m2, "minimum": found.minimum, "maximum": found.maximum}
    return {"n": found.n, **{k: v if v is None or math.isfinite(v) else None for k, v in numbers.items()}}


def _sketch_rows(part: Part) -> Iterator[dict[str, Any]]:
    for stream, name, column in _streams(part):
        if column.values is not None:
            yield {"stream": stream, "name": name, "data": _pack(column.values)}


def _detail_rows(part: Part) -> Iterator[dict[str, Any]]:
    if part.latency.moments.n:
        yield {"kind": "latency", "name": "", "data": _pack(part.latency)}
    if part.exceptions:
        yield {"kind": "exceptions", "name": "", "data": _pack(part.exceptions)}
    if part.metadata:
        yield {"kind": "metadata", "name": "", "data": _pack(part.metadata)}
    for kind, found in (("segment", part.segments), ("performance", part.performance)):
        yield from ({"kind": kind, "name": name, "data": _pack(data)} for name, data in _items(found))


def _items(found: Mapping[str, SegmentData] | Mapping[str, PerformanceData]) -> Iterable[tuple[str, Any]]:
    return found.items()
