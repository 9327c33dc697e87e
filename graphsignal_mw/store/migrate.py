"""Bringing a database up to date, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.store.backup import back_up
from graphsignal_mw.store.claims import wait_for
from graphsignal_mw.store.faults import translated

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the database up to date, after a backup; return its revision before and after.

    Raises:
        StorageError: the database cannot be used now, or not be backed up.
        ConfigError: a newer version of this program made it.

    """
    with translated(), engine.execution_options(writes=True).begin() as connection:
        wait_for(connection, "migrate")
        before = _revision(connection)
        _check_known(before)
        if before != head():
            if before is not None:
                back_up(engine, before)
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


def _check_known(revision: str | None) -> None:
    try:
        ScriptDirectory.from_config(_config()).get_revision(revision or "base")
    except CommandError:
        made = f"database: it has revision {revision!r}, this version of the program knows {head()!r} at most"
        raise ConfigError([f"{made}; expected the version that migrated it, or a newer one"]) from None


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
