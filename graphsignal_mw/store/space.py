"""How much room the database takes, and how much is left."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from graphsignal_mw.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Space:
    """Bytes that the database takes, and that its disk has left (None where the disk is another machine's)."""

    used: int
    free: int | None


class Spaces(Database):
    """The room of the database."""

    def space(self) -> Space:
        """Return the room that is taken and left."""
        if self.engine.dialect.name == "postgresql":
            with self.read() as connection:
                used = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
            return Space(used=int(used), free=None)
        path = Path(self.engine.url.database or "")
        files = [path, path.with_name(f"{path.name}-wal")]
        used = sum(file.stat().st_size for file in files if file.is_file())
        return Space(used=used, free=shutil.disk_usage(path.parent).free)
