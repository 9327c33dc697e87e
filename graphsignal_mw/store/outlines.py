"""Outlines of columns along time: what charts and heat maps are drawn of, at a cost that the length of a range bounds.

Every window has one, and so have the hour and the day that it begins in, computed in the background once they are
over. A chart reads the coarsest of them that its steps are made of, and finer ones only where those are not there yet.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, delete, select, update

from graphsignal_mw.stats.outline import FIELDS, POINTS, Outline
from graphsignal_mw.store import schema
from graphsignal_mw.store.columns import column_rows, columns_of
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.span import DAY, HOUR, UPLOADED, Span, WindowKey
from graphsignal_mw.wire import Part
from graphsignal_mw.wire.convert import profile_from_wire

_FINER = {DAY: HOUR, HOUR: UPLOADED}
_KEY = WindowKey._fields
Key = tuple[str, str]  # stream, name


@dataclass(frozen=True, eq=False)
class Track:
    """One column along time: ``starts`` in Unix seconds, shape (rows,), in no order, and one row for each.

    Rows of one start are of different versions, and add up.
    """

    starts: NDArray[np.int64]
    outline: Outline


class _Data(msgspec.Struct, array_like=True, frozen=True):
    columns: list[Key]
    numbers: bytes
    values: bytes
    shares: bytes
    frequent: list[dict[str, int]]


_decode = msgspec.msgpack.Decoder(_Data).decode
Piece = tuple[int, list[Key], Outline]


class Outlines(Database):
    """Outlines of a deployment. Ranges are half-open, in Unix seconds, of the starts of windows."""

    def outlines(
        self,
        project: str,
        deployment: str,
        start: int,
        end: int,
        step: int,
        version: str | None = None,
        only: Collection[Key] | None = None,
    ) -> dict[Key, Track]:
        """Return columns, or those of ``only`` (stream, name), along a range that is looked at by ``step`` s.

        Of a step of whole days there is a row for each day and version, of whole hours one for each hour, else one for
        each window; finer ones at the ends of the range, and for what is not over.
        """
        level = next(level for level in (DAY, HOUR, UPLOADED) if not level or step % level == 0)
        with self.read() as connection:
            return _tracks(_pieces(connection, Span(project, deployment, start, end, version), level), only)

    def outline_past(self, now: float, limit: int = 20) -> int:
        """Compute up to ``limit`` hours and days that are over at ``now`` (Unix seconds); return how many."""
        table = schema.outlines
        over = and_(table.c.data.is_(None), table.c.bucket + table.c.level <= now)
        query = select(*(table.c[name] for name in (*_KEY, "token"))).where(over)
        with self.read() as connection:
            # Hours first, for days are made of them; the latest first, for they are looked at.
            waiting = connection.execute(query.order_by(table.c.level, table.c.bucket.desc()).limit(limit)).all()
            computed = [(WindowKey(*row[:-1]), row.token, _whole(connection, WindowKey(*row[:-1]))) for row in waiting]
        with self.write() as connection:
            for key, token, data in computed:
                condition = (key.of(table), table.c.token == token)
                connection.execute(update(table).where(*condition).values(data=data))
        return len(computed)


def outline_of(part: Part) -> bytes:
    """Return what is kept of the columns of a window."""
    named = [
        ((stream, name), column)
        for stream, profile in (("features", part.features), ("predictions", part.predictions))
        for name, column in profile_from_wire(profile).columns.items()
    ]
    return _pack([key for key, _ in named], Outline.of(column for _, column in named))


def keep_outline(connection: Connection, key: WindowKey, part: Part) -> None:
    """Write what is kept of a window that has nothing yet: it was computed before there were outlines."""
    table = schema.window_outlines
    if key.level == UPLOADED and connection.execute(select(table.c.bucket).where(key.of(table))).first() is None:
        connection.execute(table.insert(), {**key._asdict(), "data": outline_of(part)})


def add_outline(connection: Connection, key: WindowKey, part: Part) -> None:
    """Add a part to what is kept of a window."""
    table = schema.window_outlines
    data = connection.execute(select(table.c.data).where(key.of(table))).scalar()
    pieces = [_unpack(key.bucket, each) for each in (data, outline_of(part)) if each is not None]
    found = _tracks((bucket, keys, outline) for bucket, keys, outline in pieces)
    whole = _pack([*found], Outline.joined([track.outline.pooled() for track in found.values()]))
    connection.execute(delete(table).where(key.of(table)))
    connection.execute(table.insert(), {**key._asdict(), "data": whole})


def forget_outlines(connection: Connection, windows: Iterable[WindowKey]) -> None:
    """Have the hours and days of ``windows`` computed anew."""
    places = {
        window._replace(level=level, bucket=window.bucket - window.bucket % level)
        for window in windows
        for level in (HOUR, DAY)
    }
    if places:
        statement = insert(connection, schema.outlines)
        changed = {"token": statement.excluded.token, "data": None}
        statement = statement.on_conflict_do_update(index_elements=_KEY, set_=changed)
        # Sorted, so that two collectors on one PostgreSQL take their locks in the same order.
        rows = [{**place._asdict(), "token": secrets.randbits(62), "data": None} for place in sorted(places)]
        connection.execute(statement, rows)


def _whole(connection: Connection, key: WindowKey) -> bytes:
    """Return what the windows of an hour or day say together."""
    span = Span(key.project, key.deployment, key.bucket, key.bucket + key.level, key.version)
    found = _tracks(_pieces(connection, span, _FINER[key.level]))
    return _pack([*found], Outline.joined([track.outline.pooled() for track in found.values()]))


def _pieces(connection: Connection, span: Span, level: int) -> Iterator[Piece]:
    """Yield what there is of ``level``, and of finer ones where there is none."""
    if level == UPLOADED:
        yield from _windows(connection, span)
        return
    first, last = -(-span.start // level) * level, span.end // level * level
    if first >= last:
        yield from _pieces(connection, span, _FINER[level])
        return
    table = schema.outlines
    whole = span._replace(start=first, end=last).of(table, level=level)
    rows = connection.execute(select(table.c.bucket, table.c.data).where(whole)).all()
    waiting = {row.bucket for row in rows if row.data is None}
    yield from (_unpack(row.bucket, row.data) for row in rows if row.bucket not in waiting)
    runs = [(span.start, first), *_runs(waiting, level), (last, span.end)]
    for start, end in runs:
        if start < end:
            yield from _pieces(connection, span._replace(start=start, end=end), _FINER[level])


def _runs(buckets: Iterable[int], level: int) -> list[tuple[int, int]]:
    """Return ranges of ``buckets`` that follow each other."""
    runs: list[tuple[int, int]] = []
    for bucket in sorted(buckets):
        start = runs.pop()[0] if runs and runs[-1][1] == bucket else bucket
        runs.append((start, bucket + level))
    return runs


def _windows(connection: Connection, span: Span) -> Iterator[Piece]:
    windows, outlines = schema.windows, schema.window_outlines
    same = and_(*(windows.c[name] == outlines.c[name] for name in _KEY), span.of(outlines))
    query = select(windows.c.bucket, windows.c.level, windows.c.version, outlines.c.data)
    query = query.select_from(windows.outerjoin(outlines, same)).where(span.of(windows))
    rows = connection.execute(query).all()
    yield from (_unpack(row.bucket, row.data) for row in rows if row.data is not None)
    without = {(row.bucket, row.level, row.version) for row in rows if row.data is None}
    if without:  # computed before there were outlines
        buckets = {bucket for bucket, _, _ in without}
        older = span._replace(start=min(buckets), end=max(buckets) + 1)
        for row, column in columns_of(column_rows(connection, older)):
            if (row.bucket, row.level, row.version) in without:
                yield row.bucket, [(row.stream, row.name)], Outline.of([column])


def _tracks(pieces: Iterable[Piece], only: Collection[Key] | None = None) -> dict[Key, Track]:
    rows: dict[Key, list[int]] = defaultdict(list)
    starts: list[int] = []
    parts = []
    for bucket, keys, outline in pieces if only is None else _some(pieces, only):
        for place, key in enumerate(keys, len(starts)):
            rows[key].append(place)
        starts += [bucket] * len(keys)
        parts.append(outline)
    whole, moments = Outline.joined(parts), np.array(starts, dtype=np.int64)
    return {key: Track(moments[rows[key]], whole.take(rows[key])) for key in sorted(rows)}


def _some(pieces: Iterable[Piece], only: Collection[Key]) -> Iterator[Piece]:
    sought = frozenset(only)
    for bucket, keys, outline in pieces:
        wanted = [place for place, key in enumerate(keys) if key in sought]
        yield bucket, [keys[place] for place in wanted], outline.take(wanted)


def _pack(keys: list[Key], outline: Outline) -> bytes:
    numbers, values = (np.ascontiguousarray(each, "<f8") for each in (outline.numbers, outline.values))
    shares = np.ascontiguousarray(outline.shares, "<f4")
    frequent = [dict(each) for each in outline.frequent]
    return msgspec.msgpack.encode(_Data(keys, numbers.tobytes(), values.tobytes(), shares.tobytes(), frequent))


def _unpack(bucket: int, data: bytes) -> Piece:
    found = _decode(data)
    numbers = np.frombuffer(found.numbers, "<f8").reshape(-1, len(FIELDS))
    values = np.frombuffer(found.values, "<f8").reshape(-1, POINTS)
    shares = np.frombuffer(found.shares, "<f4").reshape(-1, POINTS)
    return bucket, found.columns, Outline(numbers, values, shares, found.frequent)
