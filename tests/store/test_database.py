import threading

import pytest

from graphsignal_mw.store import StorageError, Store

from .envelopes import WHOLE, envelope, window


@pytest.mark.parametrize("target", ["folder", "deep/er/folder", "file.db", "sqlite"])
def test_targets(tmp_path, target):
    place = f"sqlite:///{tmp_path}/by-url.db" if target == "sqlite" else str(tmp_path / target)
    store = Store.open(place)
    store.check()
    store.close()
    assert any(tmp_path.rglob("*.db"))


def test_the_folder_is_for_its_owner_alone(tmp_path):
    Store.open(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_other_databases_are_refused():
    with pytest.raises(ValueError, match=r"mysql.*expected sqlite:/// or postgresql://"):
        Store.open("mysql://localhost/x")


def test_sqlite_is_durable(store):
    with store.read() as connection:
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
