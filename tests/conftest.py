"""The databases: what is about the store is tested on SQLite and on a PostgreSQL that the tests start."""

import os

import pytest
from store.cluster import DATABASES, MISSING, Cluster, programs

from graphsignal_mw.store import Store

# Modules whose tests run on both databases; the others have SQLite.
ON_BOTH = ("store.", *(f"collector.test_{noun}" for noun in ("ingest", "issues", "read_api", "tasks")))


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server. On CI it must be there; on a laptop the tests say that it is not."""
    if programs() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def sqlite_target(tmp_path):
    return str(tmp_path / "data")


def pytest_generate_tests(metafunc):
    if "target" in metafunc.fixturenames:
        on_both = metafunc.module.__name__.startswith(ON_BOTH)
        metafunc.parametrize("target", DATABASES if on_both else DATABASES[:1], indirect=True)


@pytest.fixture
def target(request):
    """Where a store of this test's own is: what ``Store.open`` takes."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_target")
        return
    with request.getfixturevalue("postgresql").database() as url:
        yield url


@pytest.fixture
def store(target):
    opened = Store.open(target)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(sqlite_target):
    """A store on SQLite, for what only it does."""
    opened = Store.open(sqlite_target)
    yield opened
    opened.close()
