"""Purging: what is kept of windows, hours and days, and where; old identities are forgotten."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, exists, select, update

from graphsignal_mw.store import schema
from graphsignal_mw.store.bins import end_counts
from graphsignal_mw.store.claims import Claims, write_beside
from graphsignal_mw.store.deltas import WINDOW
from graphsignal_mw.store.merge import UnmergeableError, fold, merged, take_data, take_parts
from graphsignal_mw.store.rows import clear_window, window_rows, write_rows
from graphsignal_mw.store.settle import COARSER, SETTLED, add_late, coarser, is_settled, settle
from graphsignal_mw.store.span import DAY, HOUR, UPLOADED, Span, WindowKey
from graphsignal_mw.wire import Part

_SKETCHES = (schema.parts, schema.dirty, schema.bases, schema.column_sketches, schema.details)
_SCALARS = (schema.windows, schema.columns, schema.window_outlines, schema.outlines)


class Purging(Claims):
    """What is not needed any more."""

    def purge(
        self,
        now: float,
        *,
        keep_parts: float = 3 * DAY,
        keep_window_sketches: float = 3 * DAY,
        keep_windows: float = 36 * DAY,
        keep_hour_sketches: float = 36 * DAY,
        keep_hours: float = 90 * DAY,
        keep_days: float = 401 * DAY,
        keep_scalars: float = 731 * DAY,
        keep_deltas: float = 400 * DAY,
    ) -> int:
        """Fold what is older (seconds before ``now``) than its level is kept; return how many windows were folded.

        Parts go by the time they came, into the base of their window. By the time they are of, windows leave their
        sketches to hours and later all of themselves, and so do hours to days. Of days the sketches and details end
        first, then counts and moments, too. What was uploaded is at every moment in one base or part, as long as
        something may still be added. Windows that wait to be computed are left alone. Identities of uploads are
        forgotten after ``keep_deltas``: an upload that comes again later would count twice, so days are kept for
        longer than an upload may be late.
        """
        folded = sum(self._move(key, [key]) for key in self._with_old_parts(now - keep_parts))
        levels = ((UPLOADED, keep_window_sketches, keep_windows), (HOUR, keep_hour_sketches, keep_hours))
        for level, keep_sketches, keep in levels:
            old = int(now - keep) // COARSER[level] * COARSER[level]
            for target, keys in self._grouped(level, 0, old, settled=True).items():
                folded += self._move(target, [target, *keys])
            for target, keys in self._grouped(level, old, int(now - keep_sketches), settled=False).items():
                self._settle(target, keys)
        with self.write() as connection:
            connection.execute(delete(schema.deltas).where(schema.deltas.c.received_at < now - keep_deltas))
        self._end(end_counts, int(now - keep_windows))
        self._end(_end_sketches, int(now - keep_days))
        self._end(_end_windows, int(now - keep_scalars))
        return folded

    def _move(self, target: WindowKey, keys: Sequence[WindowKey]) -> int:
        """Make bases and parts of windows part of one; return how many were folded: all or none."""

        def move(connection: Connection) -> None:
            if is_settled(connection, target):
                _add_to_settled(connection, target, keys)
                return
            part = fold(connection, keys, target)
            if part is not None and len(keys) > 1:
                _show(connection, keys, target, part)

        return len(keys) - (len(keys) > 1) if self._alone(target, keys, move) else 0

    def _settle(self, target: WindowKey, keys: Sequence[WindowKey]) -> None:
        """Leave the sketches of windows to ``target``."""
        self._alone(target, keys, lambda connection: settle(connection, target, keys))

    def _alone(self, target: WindowKey, keys: Sequence[WindowKey], change: Callable[[Connection], None]) -> bool:
        """Change windows, and the coarser one that has to do with them, all or none; return whether it was done."""
        above = [] if target.level == DAY else [coarser(target)]
        with self.claimed(sorted({target, *keys, *above})) as mine:
            if not all(mine):
                return False  # one is being computed: the next purge comes
            try:
                with self.write() as connection:
                    write_beside(connection, [target.project])
                    change(connection)
            except UnmergeableError:
                return False
        return True

    def _with_old_parts(self, before: float) -> list[WindowKey]:
        table = schema.parts
        query = select(*(table.c[name] for name in WindowKey._fields)).where(table.c.received_at < before)
        with self.read() as connection:
            return [WindowKey(*row) for row in connection.execute(_not_waiting(query, table).distinct())]

    def _grouped(self, level: int, start: int, end: int, *, settled: bool) -> dict[WindowKey, list[WindowKey]]:
        """Return windows of ``level`` in a range of whole coarser ones, by the one that each is part of.

        Those that are settled are among them or not.
        """
        found: dict[WindowKey, list[WindowKey]] = defaultdict(list)
        end -= end % COARSER[level]
        for project, name in self._with_windows_before(end):
            table, base = schema.windows, schema.bases
            query = select(*(table.c[each] for each in WindowKey._fields)).where(
                Span(project, name, start, end).of(table, level=level)
            )
            if not settled:
                same = (table.c[each] == base.c[each] for each in WindowKey._fields)
                query = query.where(~exists().where(*same, base.c.data == SETTLED))
            with self.read() as connection:
                for key in (WindowKey(*row) for row in connection.execute(_not_waiting(query, table))):
                    found[coarser(key)].append(key)
        return found

    def _with_windows_before(self, before: int) -> list[tuple[str, str]]:
        table = schema.deployments
        query = select(table.c.project, table.c.name).where(table.c.first_window < before)
        with self.read() as connection:
            return [(project, name) for project, name in connection.execute(query)]

    def _end(self, end: Callable[[Connection, str, str, int], None], before: int) -> None:
        before -= before % DAY
        for project, name in self._with_windows_before(before):
            with self.write() as connection:
                write_beside(connection, [project])
                end(connection, project, name, before)


def _not_waiting(query: Select[Any], table: Table) -> Select[Any]:
    dirty = schema.dirty
    return query.where(~exists().where(*(table.c[name] == dirty.c[name] for name in WINDOW)))


def _end_sketches(connection: Connection, project: str, deployment: str, before: int) -> None:
    """Leave the scalars of windows of a deployment that start before ``before``: nothing is added to them any more."""
    for table in _SKETCHES:
        connection.execute(delete(table).where(Span(project, deployment, 0, before).of(table)))


def _end_windows(connection: Connection, project: str, deployment: str, before: int) -> None:
    """Delete the windows of a deployment that start before ``before``, and note that none is older."""
    for table in _SCALARS:
        connection.execute(delete(table).where(Span(project, deployment, 0, before).of(table)))
    names, known = schema.names, schema.deployments
    key = (names.c.project == project, names.c.deployment == deployment)
    connection.execute(delete(names).where(*key, names.c.day < before // DAY))
    of_it = (known.c.project == project, known.c.name == deployment)
    connection.execute(update(known).where(*of_it).values(first_window=before))


def _add_to_settled(connection: Connection, target: WindowKey, keys: Sequence[WindowKey]) -> None:
    finer = [key for key in keys if key != target]
    taken = [*take_parts(connection, target), *(each for key in finer for each in take_data(connection, key))]
    if taken:
        add_late(connection, target, merged(target, taken))
    for key in finer:
        clear_window(connection, key)


def _show(connection: Connection, keys: Iterable[WindowKey], target: WindowKey, part: Part) -> None:
    """Have readers find the window that others were folded into, in the moment that those are gone."""
    for key in keys:
        clear_window(connection, key)
    write_rows(connection, window_rows(target, part))
