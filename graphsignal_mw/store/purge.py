"""Purging: parts are folded into bases, windows into hours and hours into days; old identities are forgotten."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, exists, select, update

from graphsignal_mw.store import schema
from graphsignal_mw.store.claims import Claims, write_beside
from graphsignal_mw.store.deltas import WINDOW
from graphsignal_mw.store.merge import UnmergeableError, fold
from graphsignal_mw.store.rows import clear_window, write_window
from graphsignal_mw.store.span import DAY, HOUR, UPLOADED, Span, WindowKey
from graphsignal_mw.wire import Part

_SKETCHES = (schema.parts, schema.dirty, schema.bases, schema.column_sketches, schema.details)
_SCALARS = (schema.windows, schema.columns)


class Purging(Claims):
    """What is not needed any more."""

    def purge(
        self,
        now: float,
        *,
        keep_parts: float = 3 * DAY,
        keep_windows: float = 36 * DAY,
        keep_hours: float = 90 * DAY,
        keep_days: float = 401 * DAY,
        keep_scalars: float = 731 * DAY,
        keep_deltas: float = 400 * DAY,
    ) -> int:
        """Fold what is older (seconds before ``now``) than its level is kept; return how many windows were folded.

        Parts go by the time they came, into the base of their window; windows go into hours and hours into days by
        the time they are of. Of days the sketches and details end first, then counts and moments, too. What was
        uploaded is at every moment in one base or part, as long as something may still be added. Windows that wait to
        be computed are left alone. Identities of uploads are forgotten after ``keep_deltas``: an upload that
        comes again later would count twice, so days are kept for longer than an upload may be late.
        """
        folded = sum(self._fold_into(key, [key]) for key in self._with_old_parts(now - keep_parts))
        for level, coarser, keep in ((UPLOADED, HOUR, keep_windows), (HOUR, DAY, keep_hours)):
            for target, keys in self._older(level, coarser, int(now - keep)).items():
                folded += self._fold_into(target, [target, *keys])
        with self.write() as connection:
            connection.execute(delete(schema.deltas).where(schema.deltas.c.received_at < now - keep_deltas))
        self._end(_end_sketches, int(now - keep_days))
        self._end(_end_windows, int(now - keep_scalars))
        return folded

    def _fold_into(self, target: WindowKey, keys: Sequence[WindowKey]) -> int:
        """Make bases and parts of windows the base of one; return how many were folded: all or none."""
        with self.claimed(keys) as mine:
            if not all(mine):
                return 0  # one is being computed: the next purge comes
            try:
                with self.write() as connection:
                    write_beside(connection, [target.project])
                    part = fold(connection, keys, target)
                    if part is not None and len(keys) > 1:
                        _show(connection, keys, target, part)
            except UnmergeableError:
                return 0
        return len(keys) - (len(keys) > 1)

    def _with_old_parts(self, before: float) -> list[WindowKey]:
        table = schema.parts
        query = select(*(table.c[name] for name in WindowKey._fields)).where(table.c.received_at < before)
        with self.read() as connection:
            return [WindowKey(*row) for row in connection.execute(_not_waiting(query, table).distinct())]

    def _older(self, level: int, coarser: int, before: int) -> dict[WindowKey, list[WindowKey]]:
        """Return windows of ``level`` that end before ``before``, by the coarser one that each is part of."""
        found: dict[WindowKey, list[WindowKey]] = defaultdict(list)
        end = before - before % coarser  # whole hours and days only, each at once
        for project, name in self._with_windows_before(end):
            table = schema.windows
            query = select(*(table.c[each] for each in WindowKey._fields)).where(
                table.c.project == project, table.c.deployment == name, table.c.level == level, table.c.bucket < end
            )
            with self.read() as connection:
                for key in (WindowKey(*row) for row in connection.execute(_not_waiting(query, table))):
                    found[key._replace(level=coarser, bucket=key.bucket - key.bucket % coarser)].append(key)
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


def _show(connection: Connection, keys: Iterable[WindowKey], target: WindowKey, part: Part) -> None:
    """Have readers find the window that others were folded into, in the moment that those are gone."""
    for key in keys:
        clear_window(connection, key)
    write_window(connection, target, part)
