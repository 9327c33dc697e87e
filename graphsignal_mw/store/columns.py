"""Columns of windows: merged over a range, or one by one along it."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, case, exists, func, null, select

from graphsignal_mw.stats import ACCUMULATOR_K, Column, Moments, Values
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.span import LEVELS, UPLOADED, Span, WindowKey
from graphsignal_mw.wire.convert import restored, values_from_wire
from graphsignal_mw.wire.schema import ValuesData

_values = msgspec.msgpack.Decoder(ValuesData)
_KEY = ("project", "deployment", "level", "bucket", "version", "stream", "name")
_READ = (
    "bucket",
    "level",
    "version",
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
MOST_OPENED = 480  # moments of which a chart of one column opens sketches
_TOGETHER = 64  # rows that are decoded and checked at a time
_NOTHING = SimpleNamespace(count=0, missing=0, zeros=0, empties=0)


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

    def sampled_column(
        self, project: str, deployment: str, stream: str, name: str, start: int, end: int, version: str | None = None
    ) -> Column:
        """Return what up to 480 sketches of a column say together, evenly spaced where there are more; no counts.

        Quantiles are as good as those of all; distinct values and lengths are those of the windows that were opened.
        """
        span, merged = Span(project, deployment, start, end, version), None
        with self.read() as connection:
            places = sorted((row.bucket, row.level) for row in sketch_rows(connection, span, stream, name, data=False))
            opened = set(places[:: max(1, -(-len(places) // MOST_OPENED))])
            for _, _, column in sketches_of(sketch_rows(connection, span, stream, name, only=opened)):
                merged = added(merged, column)
        return merged if merged is not None else Column()

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
        span, merged = Span(project, deployment, start, end, version), dict[int, Column]()
        with self.read() as connection:
            for row, column in columns_of(column_rows(connection, span, stream=stream, name=name)):
                merged[row.bucket] = added(merged.get(row.bucket), column)
        return sorted(merged.items())


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
    # Said of both, for PostgreSQL leaves out the partitions of other weeks only where it is told of them.
    same = and_(*(scalars.c[k] == sketches.c[k] for k in _KEY), span.of(sketches))
    read: list[Any] = [scalars.c[each] for each in _READ]
    query = select(*read, sketches.c.data).select_from(scalars.outerjoin(sketches, same))
    rows: Iterator[Row[Any]] = iter(connection.execute(query.where(span.of(scalars, stream=stream, name=name))))
    yield from rows
    yield from _settled_rows(connection, span, stream=stream, name=name)


def scalar_rows(connection: Connection, span: Span, level: int | None = None) -> Iterator[Row[Any]]:
    """Scalars of columns, of a ``level`` or of all, in no order."""
    table = schema.columns
    query = select(*(table.c[each] for each in _READ), null().label("data")).where(span.of(table, level=level))
    rows: Iterator[Row[Any]] = iter(connection.execute(query))
    yield from rows


def sketch_rows(
    connection: Connection,
    span: Span,
    stream: str,
    name: str,
    *,
    data: bool = True,
    only: Collection[tuple[int, int]] | None = None,
) -> Iterator[Row[Any]]:
    """Sketches of a column of windows that overlap ``span``, with their scalars or without, in no order.

    Without ``data`` only their levels and buckets; ``only`` those of some (bucket, level).
    """
    scalars, sketches = schema.columns, schema.column_sketches
    for level in LEVELS:
        holder = scalars if level == UPLOADED else schema.bases  # which has an index to find them by
        wide = span._replace(start=span.start - max(level, 1) + 1)
        wanted = {"stream": stream, "name": name} if level == UPLOADED else {}
        same = and_(*(holder.c[k] == sketches.c[k] for k in (*WindowKey._fields, *wanted)))
        read = (sketches.c.level, sketches.c.bucket, sketches.c.data)[: 3 if data else 2]
        query = select(*read).select_from(holder.join(sketches, same))
        here = [wide.of(holder, level=level, **wanted), wide.of(sketches, level=level, stream=stream, name=name)]
        if only is not None:
            here.append(holder.c.bucket.in_([bucket for bucket, of in only if of == level]))
        rows: Iterator[Row[Any]] = iter(connection.execute(query.where(*here)))
        yield from rows


def _settled_rows(
    connection: Connection, span: Span, *, stream: str | None = None, name: str | None = None
) -> Iterator[Row[Any]]:
    """Sketches of hours and days whose scalars are still those of finer windows; that much of them is in ``span``."""
    scalars, sketches, bases = schema.columns, schema.column_sketches, schema.bases
    same = and_(*(bases.c[k] == sketches.c[k] for k in WindowKey._fields))
    of_column = [scalars.c[k] == sketches.c[k] for k in _KEY]
    start = case((sketches.c.bucket < span.start, span.start), else_=sketches.c.bucket).label("bucket")
    of_it = [sketches.c[each] for each in ("level", "version", "stream", "name", "data")]
    nothing = [null().label(each) for each in _READ if each not in {"bucket", "level", "version", "stream", "name"}]
    for level in LEVELS[1:]:
        wide = span._replace(start=span.start - level + 1)
        query = select(start, *of_it, *nothing).select_from(bases.join(sketches, same))
        here = (wide.of(bases, level=level), wide.of(sketches, level=level, stream=stream, name=name))
        has_scalars = exists().where(*of_column, wide.of(scalars, level=level))
        rows: Iterator[Row[Any]] = iter(connection.execute(query.where(*here, ~has_scalars)))
        yield from rows


def columns_of(rows: Iterator[Row[Any]]) -> Iterator[tuple[Row[Any], Column]]:
    """Return each of ``rows`` with its column; sketches are checked many at a time."""
    while some := list(islice(rows, _TOGETHER)):
        values = iter(values_from_wire([_values.decode(row.data) for row in some if row.data is not None]))
        for row in some:
            found = next(values) if row.data is not None else _scalars(row)
            yield row, restored(row, row.types, found) if row.count is not None else _sketch_alone(found)


def sketches_of(rows: Iterable[Row[Any]]) -> Iterator[tuple[int, int, Column]]:
    """Return (level, bucket, column) of what :func:`sketch_rows` has found, without scalars."""
    remaining = iter(rows)
    while some := list(islice(remaining, _TOGETHER)):
        for row, values in zip(some, values_from_wire([_values.decode(row.data) for row in some]), strict=True):
            yield row.level, row.bucket, _sketch_alone(values)


def _sketch_alone(values: Values) -> Column:
    """Return a column that has values, whose counts and moments are elsewhere."""
    values.n -= values.moments.n
    values.moments = Moments()
    return restored(_NOTHING, {}, values)


def _scalars(row: Row[Any]) -> Values:
    """Return what is left of values whose sketches have ended."""
    values = Values()
    if row.n:
        values.n = row.n
        values.moments = Moments(row.n, row.mean or 0.0, row.m2 or 0.0, row.minimum, row.maximum)
    return values
