"""One window as rows: its counters, its columns (scalars apart from sketches) and its details."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete

from graphsignal_mw.store import schema
from graphsignal_mw.store.details import SCALAR_KINDS
from graphsignal_mw.store.outlines import outline_of
from graphsignal_mw.store.span import WindowKey
from graphsignal_mw.wire.schema import ColumnData, Part, PerformanceData, SegmentData, ValuesData

_pack = msgspec.msgpack.Encoder().encode
Rows = list[tuple[Table, list[dict[str, Any]]]]
"""Rows to be inserted, by their table. They are made before the transaction that writes them, so that it is short."""


def clear_window(connection: Connection, key: WindowKey) -> None:
    """Delete the rows of a window."""
    clear_scalars(connection, key)
    clear_sketches(connection, key)
    connection.execute(delete(schema.window_outlines).where(key.of(schema.window_outlines)))


def clear_scalars(connection: Connection, key: WindowKey) -> None:
    """Delete counters, counts and moments of a window, its performance and its exceptions."""
    for table in (schema.windows, schema.columns):
        connection.execute(delete(table).where(key.of(table)))
    connection.execute(delete(schema.details).where(key.of(schema.details), schema.details.c.kind.in_(SCALAR_KINDS)))


def clear_sketches(connection: Connection, key: WindowKey) -> None:
    """Delete the sketches of a window, and what is read of sketches alone."""
    details = schema.details
    connection.execute(delete(schema.column_sketches).where(key.of(schema.column_sketches)))
    connection.execute(delete(details).where(key.of(details), details.c.kind.not_in(SCALAR_KINDS)))


def window_rows(key: WindowKey, part: Part) -> Rows:
    """Return the rows of a window."""
    outline = (schema.window_outlines, _of(key, [{"data": outline_of(part)}]))
    return [*scalar_rows(key, part), *sketch_rows(key, part), outline]


def scalar_rows(key: WindowKey, part: Part) -> Rows:
    """Return the rows that :func:`clear_scalars` deletes."""
    return [
        (schema.windows, _of(key, [_window_row(part)])),
        (schema.columns, _of(key, _column_rows(part))),
        (schema.details, _of(key, (row for row in _detail_rows(part) if row["kind"] in SCALAR_KINDS))),
    ]


def sketch_rows(key: WindowKey, part: Part) -> Rows:
    """Return the rows that :func:`clear_sketches` deletes."""
    return [
        (schema.column_sketches, _of(key, _column_sketches(part))),
        (schema.details, _of(key, (row for row in _detail_rows(part) if row["kind"] not in SCALAR_KINDS))),
    ]


def write_rows(connection: Connection, rows: Rows) -> None:
    """Insert rows."""
    for table, found in rows:
        if found:
            connection.execute(table.insert(), found)


def _of(key: WindowKey, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**key._asdict(), **row} for row in rows]


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


def _column_sketches(part: Part) -> Iterator[dict[str, Any]]:
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
