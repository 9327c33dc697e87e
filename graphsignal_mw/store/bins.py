"""What detection remembers of a deployment: bins of columns, and how many values of each window are in them."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, literal, select

from graphsignal_mw.stats import Column, WindowStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.claims import write_beside
from graphsignal_mw.store.columns import sketch_rows, sketches_of
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.deployments import current_name
from graphsignal_mw.store.scalars import Windows, add_scalars
from graphsignal_mw.store.span import HOUR, Span, WindowKey

Key = tuple[str, str]  # stream, column


class Bins(Database):
    """What detection reads and keeps; ``seconds`` is the width of a window of the deployment."""

    def scalars(
        self, project: str, deployment: str, seconds: int, start: int, end: int
    ) -> list[tuple[int, WindowStats]]:
        """Return (start of window, statistics without sketches) in the order of time, versions merged."""
        windows = Windows(seconds)
        with self.read() as connection:
            add_scalars(connection, Span(project, deployment, start, end), windows)
        return sorted(windows.found.items())

    def sketches(
        self, project: str, deployment: str, seconds: int, stream: str, name: str, start: int, end: int
    ) -> list[tuple[int, int, Column]]:
        """Return (start, end, column without counts and moments) of what overlaps a range, in the order of time.

        They are the finest sketches that are left. No value is in two of them.
        """
        with self.read() as connection:
            rows = sketch_rows(connection, Span(project, deployment, start, end), stream, name)
            found = [(level or seconds, bucket, column) for level, bucket, column in sketches_of(rows)]
        placed = [(bucket - bucket % width, width, column) for width, bucket, column in found]
        return [(at, at + width, column) for at, width, column in sorted(placed, key=lambda each: each[:2])]

    def bins(
        self, project: str, deployment: str, seconds: int, since: int
    ) -> tuple[dict[Key, bytes], dict[int, bytes]]:
        """Return what :meth:`save_bins` has kept: bins by column, counts by start of window."""
        edges, counts = schema.bin_edges.c, schema.bin_counts.c
        its_edges = (edges.project == project, edges.deployment == deployment)
        its_counts = (counts.project == project, counts.deployment == deployment, counts.seconds == seconds)
        bins = select(edges.stream, edges.name, edges.data).where(*its_edges)
        counted = select(counts.bucket, counts.data).where(*its_counts, counts.bucket >= since)
        with self.read() as connection:
            known = {(stream, name): data for stream, name, data in connection.execute(bins)}
            found = connection.execute(counted).all()
        return known, {row.bucket: row.data for row in found}

    def save_bins(
        self, project: str, deployment: str, seconds: int, edges: Mapping[Key, bytes], counts: Mapping[int, bytes]
    ) -> None:
        """Keep bins and counts, in the place of those of the same columns and windows."""
        with self.write() as connection:
            write_beside(connection, [project])
            name = current_name(connection, project, deployment)  # it may have been renamed meanwhile, or deleted
            known = schema.deployments.c
            here = select(known.name).where(known.project == project, known.name == name)
            if connection.execute(here).first() is None:
                return
            of_it = {"project": project, "deployment": name}
            bins = [{**of_it, "stream": stream, "name": each, "data": data} for (stream, each), data in edges.items()]
            rows = [{**of_it, "seconds": seconds, "bucket": bucket, "data": data} for bucket, data in counts.items()]
            _put(connection, schema.bin_edges, bins)
            _put(connection, schema.bin_counts, rows)


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = insert(connection, table)
        changed = {"data": statement.excluded.data}
        connection.execute(
            statement.on_conflict_do_update(index_elements=[column.name for column in table.primary_key], set_=changed),
            rows,
        )


def forget_counts(connection: Connection, keys: Iterable[WindowKey]) -> None:
    """Have windows counted anew."""
    table = schema.bin_counts
    for project, deployment, bucket in sorted({(key.project, key.deployment, key.bucket) for key in keys}):
        window = literal(bucket) - literal(bucket) % table.c.seconds
        near = (table.c.bucket > bucket - HOUR, table.c.bucket <= bucket, table.c.bucket == window)
        connection.execute(delete(table).where(table.c.project == project, table.c.deployment == deployment, *near))


def end_counts(connection: Connection, project: str, deployment: str, before: int) -> None:
    """Forget the counts of windows that start before ``before``."""
    table = schema.bin_counts
    of_it = (table.c.project == project, table.c.deployment == deployment)
    connection.execute(delete(table).where(*of_it, table.c.bucket < before))
