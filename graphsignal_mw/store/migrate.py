"""Bringing a database up to date, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from graphsignal_mw.store.faults import translated

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the database up to date; return its revision before and after.

    Raises:
        StorageError: the database cannot be used now.

    """
    with translated(), engine.execution_options(writes=True).begin() as connection:
        before = _revision(connection)
        if before != head():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return before, _revision(connection)


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Return the revision that the database has, and the one that this version of the program needs."""
    with translated(), engine.begin() as connection:
        return _revision(connection), head()


def head() -> str | None:
    """Return the latest revision."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
