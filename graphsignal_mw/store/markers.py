"""Markers: releases and other moments that explain what a chart shows."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from graphsignal_mw.store.database import Database
from graphsignal_mw.store.schema import markers as table


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A moment (Unix seconds) with a text."""

    id: int
    deployment: str
    at: int
    text: str
    actor: str = ""


class Markers(Database):
    """Markers of a deployment."""

    def markers(self, project: str, deployment: str, start: int, end: int) -> list[Marker]:
        """Return the markers in ``[start, end)``, in the order of time."""
        column = table.c
        query = select(column.id, column.deployment, column.at, column.text, column.actor).where(
            column.project == project, column.deployment == deployment, column.at >= start, column.at < end
        )
        with self.read() as connection:
            rows = connection.execute(query.order_by(column.at, column.id)).mappings()
            return [_marker(row) for row in rows]

    def add_marker(self, project: str, deployment: str, text: str, *, at: int | None = None, actor: str = "") -> Marker:
        """Add a marker at ``at`` (Unix seconds, default now) and return it."""
        values = {"deployment": deployment, "at": int(time.time()) if at is None else at, "text": text, "actor": actor}
        with self.write() as connection:
            marker_id = connection.execute(
                insert(table).values(project=project, **values).returning(table.c.id)
            ).scalar_one()
        return _marker({"id": marker_id, **values})


def _marker(row: Mapping[Any, Any]) -> Marker:
    return Marker(id=row["id"], deployment=row["deployment"], at=row["at"], text=row["text"], actor=row["actor"])
