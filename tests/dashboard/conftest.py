import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from graphsignal_mw.dashboard import routes
from graphsignal_mw.store import Store

from .incident import HOUR, NAME, PROJECT, fill, issue


@pytest.fixture(scope="session")
def now():
    return int(time.time())


@pytest.fixture(scope="session")
def filled(tmp_path_factory, now):
    """A real store with the incident in it; tests only read it."""
    store = Store.open(tmp_path_factory.mktemp("filled") / "store.sqlite3")
    fill(store, now)
    store.save_issues(PROJECT, NAME, [issue(now - 24 * HOUR)])
    yield store
    store.close()


@pytest.fixture
def empty(tmp_path):
    store = Store.open(tmp_path / "store.sqlite3")
    yield store
    store.close()


@pytest.fixture
def browse():
    """Open a dashboard over a store."""
    clients = []

    def open_client(store):
        client = TestClient(Starlette(routes=list(routes(store))), base_url="http://dash.test", follow_redirects=False)
        clients.append(client)
        return client

    yield open_client
    for client in clients:
        client.close()
