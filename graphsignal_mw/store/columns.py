"""Columns of windows: merged over a range, or one by one along it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, select

from graphsignal_mw.stats import ACCUMULATOR_K, Column, Moments, Values
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.span import Span
from graphsignal_mw.wire.convert import restored, values_from_wire
from graphsignal_mw.wire.schema import ValuesData

_values = msgspec.msgpack.Decoder(ValuesData)
_KEY = ("project", "deployment", "level", "bucket", "version", "stream", "name")
_READ = (
    "bucket",
    "stream",
    "name",
    "count",
    "missing",
    "zeros",
    "empties",
    "types",
    "n",
    "mean",
    "m2",
    "minimum",
    "maximum",
)
_TOGETHER = 64  # rows that are decoded and checked at a time


class Columns(Database):
    """Columns of a deployment. Ranges are half-open, in Unix seconds, of the starts of windows."""

    def columns(
        self,
        project: str,
        deployment: str,
        start: int,
        end: int,
        version: str | None = None,
        stream: str | None = None,
        name: str | None = None,
    ) -> list[tuple[str, str, Column]]:
        """Return (stream, name, column) of each column, merged over windows and versions, sorted by name."""
        merged: dict[tuple[str, str], Column] = {}
        with self.read() as connection:
            rows = column_rows(connection, Span(project, deployment, start, end, version), stream=stream, name=name)
            for row, column in columns_of(rows):
                key = (row.stream, row.name)
                merged[key] = added(merged.get(key), column)
        return [(*key, column) for key, column in sorted(merged.items())]

    def count_columns(
        self,
        project: str,
        deployment: str,
        start: int,
        end: int,
        version: str | None = None,
        **wanted: str | None,
    ) -> int:
        """Return how many columns of windows a range has, of a ``stream`` and ``name``: the cost of merging them."""
        span = Span(project, deployment, start, end, version)
        query = select(func.count()).select_from(schema.columns).where(span.of(schema.columns, **wanted))
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def column_series(
        self,
        project: str,
        deployment: str,
        stream: str,
        name: str,
        start: int,
        end: int,
        version: str | None = None,
    ) -> list[tuple[int, Column]]:
        """Return (start of window, column) of one column, versions merged, in the order of time."""
        span = Span(project, deployment, start, end, version)
        return self._by_step(span, 1, stream, name).get((stream, name), [])

    def columns_by_step(
        self, project: str, deployment: str, start: int, end: int, step: int, version: str | None = None
    ) -> dict[tuple[str, str], list[tuple[int, Column]]]:
        """Return by (stream, name): (start, column) in the order of time, merged over ``step`` seconds and versions."""
        return self._by_step(Span(project, deployment, start, end, version), step)

    def _by_step(
        self, span: Span, step: int, stream: str | None = None, name: str | None = None
    ) -> dict[tuple[str, str], list[tuple[int, Column]]]:
        merged: dict[tuple[str, str], dict[int, Column]] = {}
        with self.read() as connection:
            for row, column in columns_of(column_rows(connection, span, stream=stream, name=name)):
                cells = merged.setdefault((row.stream, row.name), {})
                start = row.bucket - row.bucket % step
                cells[start] = added(cells.get(start), column)
        return {key: sorted(cells.items()) for key, cells in sorted(merged.items())}


def added(known: Column | None, column: Column) -> Column:
    """Return both together; the first is taken as it is, and an accumulator made for the second."""
    if known is None:
        return column
    if known.quantiles.k < ACCUMULATOR_K:
        whole = Column(ACCUMULATOR_K)
        whole.merge(known)
        known = whole
    known.merge(column)
    return known


def column_rows(
    connection: Connection, span: Span, *, stream: str | None = None, name: str | None = None
) -> Iterator[Row[Any]]:
    """Scalars and sketch (``data``, None without values) of columns, in no order."""
    scalars, sketches = schema.columns, schema.column_sketches
    same = and_(*(scalars.c[k] == sketches.c[k] for k in _KEY))
    read: list[Any] = [scalars.c[each] for each in _READ]
    query = select(*read, sketches.c.data).select_from(scalars.outerjoin(sketches, same))
    rows: Iterator[Row[Any]] = iter(connection.execute(query.where(span.of(scalars, stream=stream, name=name))))
    return rows


def columns_of(rows: Iterator[Row[Any]]) -> Iterator[tuple[Row[Any], Column]]:
    """Return each of ``rows`` with its column; sketches are checked many at a time."""
    while some := list(islice(rows, _TOGETHER)):
        values = iter(values_from_wire([_values.decode(row.data) for row in some if row.data is not None]))
        for row in some:
            found = next(values) if row.data is not None else _scalars(row)
            yield row, restored(row, row.types, found)


def _scalars(row: Row[Any]) -> Values:
    """Return what is left of values whose sketches have ended."""
    values = Values()
    if row.n:
        values.n = row.n
        values.moments = Moments(row.n, row.mean or 0.0, row.m2 or 0.0, row.minimum, row.maximum)
    return values
