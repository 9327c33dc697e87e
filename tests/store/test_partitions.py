"""docs/scaling.md, as it is written: its SQL is run, and the store works on what it made."""

import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from graphsignal_mw.store import Store

from .envelopes import BUCKET, envelope, rich_window, window

PROJECT = "default"
DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"
DAY = 86400
MODELS = [f"model{i}" for i in range(5)]


@pytest.fixture
def store(postgresql):
    (statement,) = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    with postgresql.database() as url, closing(Store.open(url)) as opened:
        opened.ingest(PROJECT, envelope(window(), seq=0, deployment="before"), 1.0)
        opened.engine.dispose()
        with psycopg.connect(url) as connection:
            connection.execute(statement)
        yield opened


def test_the_store_works_on_tables_that_are_partitioned_by_deployment(store):
    for number in range(20):
        upload = envelope(rich_window(), seq=number + 1, deployment=MODELS[number % 5], bucket=BUCKET + 300 * number)
        assert store.ingest(PROJECT, upload, 1.0) is True
        assert store.ingest(PROJECT, upload, 1.0) is False
    assert store.compact() == 21
    for now in (BUCKET, BUCKET + 38 * DAY, BUCKET + 92 * DAY):
        store.purge(float(now))
        assert {name: requests(store, name) for name in names(store)} == {"before": 3, **dict.fromkeys(MODELS, 12)}
    assert [len(store.columns(PROJECT, name, 0, 2**40)) for name in names(store)] == [2] * 6
    with store.read() as connection:
        spread = connection.exec_driver_sql("SELECT count(DISTINCT tableoid) FROM columns").scalar_one()
    assert spread > 1


def names(store):
    return [deployment.name for deployment in store.deployments(PROJECT)]


def requests(store, name):
    return store.totals(PROJECT, name, 0, 2**40).counters["requests"]
