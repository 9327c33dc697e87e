"""What one deployment may bring in a day: versions beyond the bound are joined, columns beyond it left out, counted."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, select

from graphsignal_mw.store import schema
from graphsignal_mw.store.claims import wait_for
from graphsignal_mw.store.database import insert
from graphsignal_mw.wire import Part
from graphsignal_mw.wire.schema import ProfileData

DAY = 86400
MAX_VERSIONS, MAX_COLUMNS = 10, 1000  # a deployment and day, and columns by stream
OTHER_VERSION = "other"

_REMEMBERED = 256  # days of deployments
Names = dict[str, set[str]]
Day = tuple[str, str, int]  # project, deployment, days since 1970


class Bounds:
    """The bounds, and names that were in the database when it was last asked: most uploads bring no others.

    Safe to share between threads. Names of a deployment that was removed are remembered until others push them out.
    """

    def __init__(self) -> None:
        self._seen: dict[Day, Names] = {}

    def within(self, connection: Connection, project: str, parts: Sequence[Part]) -> list[Part]:
        """Return ``parts`` within the bounds: the same objects where nothing is too much.

        New names are noted in the transaction of ``connection``.
        """
        day_names = _DayNames(connection, project, self._seen)
        found = [part if self._knows(project, part) else _bounded(day_names, part) for part in parts]
        day_names.save()
        while len(self._seen) > _REMEMBERED:
            self._seen.pop(next(iter(self._seen)), None)
        return found

    def _knows(self, project: str, part: Part) -> bool:
        names = self._seen.get((project, part.deployment, part.bucket // DAY))
        return (
            names is not None
            and part.version in names["version"]
            and part.features.columns.keys() <= names["features"]
            and part.predictions.columns.keys() <= names["predictions"]
        )


class _DayNames:
    """Names that deployments have on a day, by kind."""

    def __init__(self, connection: Connection, project: str, seen: dict[Day, Names]) -> None:
        self._connection, self._project, self._seen = connection, project, seen
        self._known: dict[tuple[str, int], Names] = {}
        self._new: list[dict[str, Any]] = []
        self._alone = False

    def of(self, deployment: str, day: int) -> Names:
        key = (deployment, day)
        if key not in self._known:
            self._known[key] = self._read(deployment, day)
        return self._known[key]

    def admit(self, part: Part, kind: str, name: str, most: int) -> bool:
        """Whether ``name`` is one of the first ``most`` of its kind."""
        day = part.bucket // DAY
        known = self.of(part.deployment, day)[kind]
        if name in known:
            return True
        if len(known) >= most or not self._may_add(part, kind, name, most):
            return False
        self.of(part.deployment, day)[kind].add(name)
        key = {"project": self._project, "deployment": part.deployment, "day": day}
        self._new.append({**key, "kind": kind, "name": name})
        return True

    def _may_add(self, part: Part, kind: str, name: str, most: int) -> bool:
        """Whether a name that seems new is, when no other collector adds any: it may have been quicker."""
        if not self._alone:
            wait_for(self._connection, "names", self._project)
            self._known.clear()
            for row in self._new:
                self.of(row["deployment"], row["day"])[row["kind"]].add(row["name"])
            self._alone = True
        known = self.of(part.deployment, part.bucket // DAY)[kind]
        return name in known or len(known) < most

    def save(self) -> None:
        if self._new:
            self._connection.execute(insert(self._connection, schema.names).on_conflict_do_nothing(), self._new)

    def _read(self, deployment: str, day: int) -> Names:
        table = schema.names.c
        query = select(table.kind, table.name).where(
            table.project == self._project, table.deployment == deployment, table.day == day
        )
        found: Names = defaultdict(set)
        for kind, name in self._connection.execute(query):
            found[kind].add(name)
        # A copy: what this transaction adds is not in the database before it is over.
        self._seen[self._project, deployment, day] = defaultdict(set, {kind: {*known} for kind, known in found.items()})
        return found


def _bounded(day_names: _DayNames, part: Part) -> Part:
    changes: dict[str, Any] = {}
    if not day_names.admit(part, "version", part.version, MAX_VERSIONS):
        changes["version"] = OTHER_VERSION
    for stream, profile in (("features", part.features), ("predictions", part.predictions)):
        beyond = [name for name in profile.columns if not day_names.admit(part, stream, name, MAX_COLUMNS)]
        if beyond:
            changes[stream] = _without(profile, beyond)
    return replace(part, **changes) if changes else part


def _without(profile: ProfileData, names: Sequence[str]) -> ProfileData:
    beyond = set(names)
    kept = {name: column for name, column in profile.columns.items() if name not in beyond}
    skipped = sum(profile.columns[name].count for name in names)
    return replace(profile, columns=kept, skipped=profile.skipped + skipped)
