import logging
import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.heartbeat import beat
from graphsignal_mw.server import ServerSettings
from graphsignal_mw.store import StorageError, Store
from graphsignal_mw.store.database import connect
from graphsignal_mw.tasks import table


@contextmanager
def waiting(status):
    """An address where somebody waits for heartbeats, and the paths that were called."""
    called = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            called.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping-4711", called
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_all_is_well(sqlite):
    with waiting(200) as (url, called):
        assert beat(sqlite, 0.0, url=url)
    assert called == ["/ping-4711"]


@pytest.mark.parametrize("status", [404, 500])
def test_an_answer_that_is_none_is_said_without_the_address(sqlite, caplog, status):
    with waiting(status) as (url, _), caplog.at_level(logging.DEBUG):
        assert not beat(sqlite, 0.0, url=url)
    assert str(status) in caplog.text
    assert "4711" not in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/ping-4711", "http://ping 4711/x", "http://[::1/ping-4711"])
def test_an_address_that_does_not_answer_is_said_without_it(sqlite, caplog, url):
    assert not beat(sqlite, 0.0, url=url)
    assert "did not arrive" in caplog.text
    assert "4711" not in caplog.text


def test_without_a_database_there_is_none(tmp_path):
    folder = tmp_path / "gone"
    store = Store(connect(folder / "x.db"))
    shutil.rmtree(folder)
    with waiting(200) as (url, called), pytest.raises(StorageError):
        beat(store, 0.0, url=url)
    store.close()
    assert called == []


def test_it_is_a_task_only_where_there_is_an_address():
    assert "heartbeat" not in [task.name for task in table(60.0)]
    assert "heartbeat" in [task.name for task in table(60.0, "http://127.0.0.1/")]


def test_an_address_of_another_kind_is_refused_and_not_repeated():
    with pytest.raises(ConfigError, match=r"heartbeat_url: .*expected an address of http or https") as raised:
        ServerSettings(heartbeat_url="file:///etc/secret")
    assert "secret" not in str(raised.value)


def test_a_disk_that_is_nearly_full_is_not_well(sqlite, caplog):
    with waiting(200) as (url, called):
        assert not beat(sqlite, 0.0, url=url, enough=10**18)
    assert called == []
    assert "has only" in caplog.text
