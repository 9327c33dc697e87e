"""An upgrade: a database of the first revision, with data, opened by this version."""

import sqlite3
import stat
from contextlib import closing

import pytest
from alembic import command

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.store import StorageError, Store, revisions
from graphsignal_mw.store.database import connect
from graphsignal_mw.store.migrate import _config, head

NAME = "graphsignal_mw.db"


@pytest.fixture
def old(tmp_path):
    """Folder with a database of revision 0001 that holds a marker."""
    folder = tmp_path / "old"
    store = Store(connect(folder))
    with store.write() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    store.add_marker("default", "model", "v2 is out", at=1000)
    store.close()
    return folder


def revision_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_what_was_there_is_kept_and_migrated(old):
    store = Store.open(old)
    assert revisions(store.engine)[0] == head()
    assert [marker.text for marker in store.markers("default", "model", 0, 2000)] == ["v2 is out"]
    assert store.session("nobody") is None
    store.close()


def test_a_backup_of_how_it_was_lies_beside_it(old):
    Store.open(old).close()
    backup = old / f"{NAME}.0001.backup"
    assert {path.name for path in old.iterdir()} == {NAME, backup.name}
    assert revision_of(backup) == "0001"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM markers").fetchone() == (1,)
    # And the way back works.
    backup.replace(old / NAME)
    assert revision_of(old / NAME) == "0001"


def test_a_database_that_is_up_to_date_is_not_copied(old):
    Store.open(old).close()
    (old / f"{NAME}.0001.backup").unlink()
    Store.open(old).close()
    assert [path.name for path in old.iterdir()] == [NAME]


def test_without_a_backup_nothing_is_migrated(old):
    (old / f"{NAME}.0001.backup").mkdir()
    with pytest.raises(StorageError, match="no backup before migrating"):
        Store.open(old)
    assert revision_of(old / NAME) == "0001"
    assert not list(old.glob("*.part"))


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    store = Store.open(tmp_path)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(ConfigError, match=r"revision '9999'.*expected the version that migrated it"):
        Store.open(tmp_path)
    assert revision_of(tmp_path / NAME) == "9999"
