"""Columns of windows: merged over a range, or one by one along it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, and_, select

from graphsignal_mw.stats import ACCUMULATOR_K, Column
from graphsignal_mw.store import schema
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.span import Span
from graphsignal_mw.wire.convert import values_from_wire
from graphsignal_mw.wire.schema import ValuesData

_values = msgspec.msgpack.Decoder(ValuesData)
_KEY = ("project", "deployment", "level", "bucket", "version", "stream", "name")


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
    ) -> list[tuple[str, str, Column]]:
        """Return (stream, name, column) of each column, merged over windows and versions, sorted by name."""
        merged: dict[tuple[str, str], Column] = {}
        with self.read() as connection:
            for row in column_rows(connection, Span(project, deployment, start, end, version), stream=stream):
                key = (row["stream"], row["name"])
                merged.setdefault(key, Column(ACCUMULATOR_K)).merge(column_of(row))
        return [(stream_, name, column) for (stream_, name), column in sorted(merged.items())]

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
        merged: dict[int, Column] = {}
        span = Span(project, deployment, start, end, version)
        with self.read() as connection:
            for row in column_rows(connection, span, stream=stream, name=name):
                merged.setdefault(row["bucket"], Column(ACCUMULATOR_K)).merge(column_of(row))
        return sorted(merged.items())


def column_rows(
    connection: Connection, span: Span, *, stream: str | None = None, name: str | None = None
) -> Iterator[RowMapping]:
    """Scalars and sketch (``data``, None without values) of columns, in no order."""
    scalars, sketches = schema.columns, schema.column_sketches
    same = and_(*(scalars.c[k] == sketches.c[k] for k in _KEY))
    query = select(scalars, sketches.c.data).select_from(scalars.outerjoin(sketches, same))
    yield from connection.execute(query.where(span.of(scalars, stream=stream, name=name))).mappings()


def column_of(row: Mapping[Any, Any]) -> Column:
    """Return the column of one row."""
    column = Column()
    column.count, column.missing = row["count"], row["missing"]
    column.zeros, column.empties = row["zeros"], row["empties"]
    column.types.update(row["types"])
    if row["data"] is not None:
        column.values = values_from_wire(_values.decode(row["data"]))
    return column
