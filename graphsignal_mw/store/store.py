"""The store of a collector: all nouns over one database."""

from pathlib import Path
from typing import Self

from sqlalchemy import func, select, text

from graphsignal_mw.store import schema
from graphsignal_mw.store.audit import Audit
from graphsignal_mw.store.bins import Bins
from graphsignal_mw.store.columns import Columns
from graphsignal_mw.store.compact import Compaction
from graphsignal_mw.store.database import connect
from graphsignal_mw.store.deltas import Deltas
from graphsignal_mw.store.deployments import Deployments
from graphsignal_mw.store.detected import Detected
from graphsignal_mw.store.issues import Issues
from graphsignal_mw.store.markers import Markers
from graphsignal_mw.store.migrate import migrate
from graphsignal_mw.store.outlines import Outlines
from graphsignal_mw.store.partitions import Partitions
from graphsignal_mw.store.performance import Performances
from graphsignal_mw.store.profiles import Profiles
from graphsignal_mw.store.purge import Purging
from graphsignal_mw.store.quotas import Quotas
from graphsignal_mw.store.removal import Removal
from graphsignal_mw.store.renaming import Renaming
from graphsignal_mw.store.segments import Segments
from graphsignal_mw.store.sessions import Sessions
from graphsignal_mw.store.space import Spaces
from graphsignal_mw.store.traffic import Traffic


class Store(
    Deltas,
    Compaction,
    Purging,
    Partitions,
    Deployments,
    Renaming,
    Removal,
    Quotas,
    Traffic,
    Columns,
    Outlines,
    Segments,
    Performances,
    Profiles,
    Bins,
    Issues,
    Detected,
    Markers,
    Sessions,
    Spaces,
    Audit,
):
    """Everything that a collector keeps; safe to share between threads. The project comes first everywhere."""

    @classmethod
    def open(cls, target: str | Path) -> Self:
        """Open, and create or bring up to date, the database at ``target``.

        ``target`` is a directory, a file, or a URL ``sqlite:///`` or ``postgresql://``.

        Raises:
            ValueError: for a URL of another kind.
            MissingExtraError: PostgreSQL without its driver.

        """
        engine = connect(target)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def check(self) -> None:
        """Ask the database for an answer.

        Raises:
            StorageError: there is none.

        """
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def sizes(self) -> dict[str, int]:
        """Return how many rows there are by table: uploads, parts, windows waiting, windows, deployments."""
        tables = (schema.deltas, schema.parts, schema.dirty, schema.windows, schema.deployments, schema.issues)
        with self.read() as connection:
            return {t.name: int(connection.execute(select(func.count()).select_from(t)).scalar_one()) for t in tables}
