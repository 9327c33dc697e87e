"""Quotas: how many bytes may be uploaded in a day (UTC), for a deployment or a whole project, and how many were."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store.audit import record
from graphsignal_mw.store.database import Database, insert
from graphsignal_mw.store.schema import quotas, usage

DAY = 86400
WHOLE_PROJECT = ""  # the deployment of a quota for all of them together
Scope = tuple[str, str]  # project, deployment


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What may be uploaded in a day, and what was today; an empty ``deployment`` is the whole project."""

    project: str
    deployment: str
    bytes_per_day: int
    used: int


class Quotas(Database):
    """Quotas of all projects."""

    def quotas(self, now: float) -> list[Quota]:
        """Return all quotas with what was uploaded on the day of ``now`` (Unix seconds), sorted."""
        today = usage.c.day == int(now // DAY)
        query = select(usage.c.project, usage.c.deployment, usage.c.bytes).where(today)
        with self.read() as connection:
            used = {(project, name): n for project, name, n in connection.execute(query)}
            rows = list(connection.execute(select(quotas).order_by(quotas.c.project, quotas.c.deployment)).mappings())
        return [Quota(**dict(row), used=used.get((row["project"], row["deployment"]), 0)) for row in rows]

    def set_quota(self, project: str, deployment: str, bytes_per_day: int, *, actor: str = "") -> None:
        """Set what may be uploaded in a day for a deployment, or with an empty name for the whole project."""
        with self.write() as connection:
            new = insert(connection, quotas)
            key, value = ("project", "deployment"), {"bytes_per_day": new.excluded.bytes_per_day}
            values = {"project": project, "deployment": deployment, "bytes_per_day": bytes_per_day}
            connection.execute(new.on_conflict_do_update(index_elements=key, set_=value), values)
            record(connection, project, actor, "set quota", f"{deployment or 'project'}: {bytes_per_day} bytes a day")

    def remove_quota(self, project: str, deployment: str, *, actor: str = "") -> None:
        """Remove a quota, or raise UnknownNameError where there is none."""
        with self.write() as connection:
            same = (quotas.c.project == project, quotas.c.deployment == deployment)
            if not connection.execute(delete(quotas).where(*same)).rowcount:
                raise UnknownNameError(f"quota: {deployment or 'project'!r}; this project has no such quota")
            record(connection, project, actor, "remove quota", deployment or "project")

    def add_usage(self, sizes: Mapping[Scope, int], now: float) -> None:
        """Add bytes to what was uploaded on the day of ``now``; days before the last week are forgotten."""
        day = int(now // DAY)
        rows = [{"project": p, "deployment": d, "day": day, "bytes": n} for (p, d), n in sorted(sizes.items())]
        with self.write() as connection:
            new = insert(connection, usage)
            more = {"bytes": usage.c.bytes + new.excluded.bytes}
            connection.execute(
                new.on_conflict_do_update(index_elements=("project", "deployment", "day"), set_=more), rows
            )
            connection.execute(delete(usage).where(usage.c.day < day - 7))
