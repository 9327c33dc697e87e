"""Which windows: the conditions that every query has."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_

HOUR, DAY = 3600, 86400
UPLOADED = 0  # the level of windows as they were uploaded
LEVELS = (UPLOADED, HOUR, DAY)  # old windows are folded into hours and those into days: each count is in one level


class WindowKey(NamedTuple):
    """One window; ``bucket`` is its start in Unix seconds, ``level`` 0 or the seconds of a rollup."""

    project: str
    deployment: str
    bucket: int
    version: str
    level: int = UPLOADED

    def of(self, table: Table) -> ColumnElement[bool]:
        """Condition for the rows of this window."""
        return and_(*(table.c[name] == value for name, value in zip(self._fields, self, strict=True)))


class Span(NamedTuple):
    """Windows of all levels of a deployment that start in ``[start, end)``, of one version or (None) of all."""

    project: str
    deployment: str
    start: int
    end: int
    version: str | None = None

    def of(self, table: Table, **wanted: Any) -> ColumnElement[bool]:
        """Condition for the rows of these windows; ``wanted`` are values of other columns, None for any."""
        column = table.c
        conditions = [
            column.project == self.project,
            column.deployment == self.deployment,
            column.level.in_(LEVELS),
            column.bucket >= self.start,
            column.bucket < self.end,
        ]
        if self.version is not None:
            conditions.append(column.version == self.version)
        return and_(*conditions, *(column[name] == value for name, value in wanted.items() if value is not None))
