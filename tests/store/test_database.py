import random
import socket
import threading
from contextlib import closing

import pytest

from graphsignal_mw.store import StorageError, StorageFullError, Store

from .envelopes import WHOLE, envelope, window


@pytest.mark.parametrize("place", ["folder", "deep/er/folder", "file.db", "sqlite"])
def test_targets(tmp_path, place):
    target = f"sqlite:///{tmp_path}/by-url.db" if place == "sqlite" else str(tmp_path / place)
    store = Store.open(target)
    store.check()
    store.close()
    assert any(tmp_path.rglob("*.db"))


def test_the_folder_is_for_its_owner_alone(tmp_path):
    Store.open(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_other_databases_are_refused():
    with pytest.raises(ValueError, match=r"mysql.*expected sqlite:/// or postgresql://"):
        Store.open("mysql://localhost/x")


def test_sqlite_is_durable(sqlite):
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_read_does_not_wait_for_a_write(store):
    store.ingest("default", envelope(window()), 1.0)
    store.compact()
    found = []
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM windows")
        reader = threading.Thread(target=lambda: found.append(store.totals("default", "model", *WHOLE)))
        reader.start()
        reader.join(10)
        connection.rollback()
    assert found[0].counters["requests"] == 3


def test_a_block_that_raises_writes_nothing(store):
    def stop():
        with store.write() as connection:
            connection.exec_driver_sql("INSERT INTO markers VALUES (1, 'p', 'd', 1, 't', 'a')")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop()
    assert store.markers("p", "d", 0, 10) == []


def test_a_database_that_is_not_one_is_said_to_be_so(tmp_path):
    path = tmp_path / "broken.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageError, match="not a database"):
        Store.open(path)


def test_a_name_with_nul_is_a_name_like_others(store):
    """PostgreSQL has no NUL in its texts."""
    store.add_marker("default", "model", "v1\0", at=1, actor="ann")
    assert len(store.markers("default", "model", 0, 2)) == 1
    assert store.authenticate("gs_\0") is None
    assert store.totals("default", "\0", *WHOLE).window_count == 0


def test_names_are_in_the_order_of_code_points(store):
    names = ["B", "_", "a", "ab", "é", "漢"]
    for seq, name in enumerate(reversed(names)):
        store.ingest("default", envelope(window(), seq=seq, deployment=name), 1.0)
    assert [deployment.name for deployment in store.deployments("default")] == sorted(names) == names


def test_a_window_that_the_database_cannot_hold_does_not_stop_the_others(store, caplog):
    """Names of 1,000 bytes each: PostgreSQL cannot index three of them together. SQLite can."""
    generator = random.Random(3)
    deployment, version, name = ("".join(chr(generator.randrange(0x10000, 0x1FFFF)) for _ in range(250)) for _ in "dvn")
    stats = window()
    stats.features.update({name: [1.0]})
    store.ingest("default", envelope(stats, seq=1, deployment=deployment, version=version), 1.0)
    store.ingest("default", envelope(window(), seq=2), 1.0)
    assert store.compact() == 2
    assert store.sizes()["dirty"] == 0
    assert store.totals("default", "model", *WHOLE).counters["requests"] == 3
    assert store.sizes()["parts"] == 2
    holds = store.engine.dialect.name == "sqlite"
    assert store.totals("default", deployment, *WHOLE).counters["requests"] == (3 if holds else 0)
    assert ("cannot be written" in caplog.text) is not holds


@pytest.fixture
def url(postgresql):
    with postgresql.database() as made:
        yield made


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON parts EXECUTE FUNCTION full_disk()
"""


def test_a_full_disk_of_postgresql_stores_nothing_and_says_so(url):
    with closing(Store.open(url)) as store:
        with store.write() as connection:
            connection.exec_driver_sql(FULL)
        with pytest.raises(StorageFullError, match="could not extend file"):
            store.ingest("default", envelope(window()), 1.0)
        with store.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER full_disk ON parts")
        assert store.ingest("default", envelope(window()), 1.0) is True


def test_a_postgresql_that_is_not_there_is_said_to_be_so():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(StorageError, match="refused"):
        Store.open(f"postgresql://nobody@127.0.0.1:{port}/none")


def test_connections_that_postgresql_ended_are_opened_again(url):
    with closing(Store.open(url)) as store, closing(Store.open(url)) as other:
        store.check()
        with other.write() as connection:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        assert store.ingest("default", envelope(window()), 1.0) is True
