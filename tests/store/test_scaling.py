"""docs/scaling.md, as it is written: its SQL is run, and the store works on what it made."""

import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from graphsignal_mw.store import Store, schema

from .envelopes import BUCKET, envelope, rich_window, window
from .test_partitions import places

PROJECT = "default"
DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"
DAY = 86400
MODELS = [f"model{i}" for i in range(5)]


BY_DEPLOYMENT, PLAIN = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
OF_WINDOWS = {table.name for table in schema.metadata.sorted_tables if "bucket" in table.c}


@pytest.mark.parametrize(("statement", "divided"), [(BY_DEPLOYMENT, OF_WINDOWS), (PLAIN, set())], ids=["hash", "plain"])
def test_the_store_works_on_tables_that_are_divided_otherwise(postgresql, statement, divided):
    with postgresql.database() as url, closing(Store.open(url)) as store:
        store.ingest(PROJECT, envelope(window(), seq=0, deployment="before"), 1.0)
        store.engine.dispose()
        with psycopg.connect(url) as connection:
            connection.execute(statement)
        use(store)
        assert partitioned(store) == divided
        assert store.partition(float(BUCKET)) == 0
        if divided:
            assert len(places(store, "columns")) > 1


def use(store):
    for number in range(20):
        upload = envelope(rich_window(), seq=number + 1, deployment=MODELS[number % 5], bucket=BUCKET + 300 * number)
        assert store.ingest(PROJECT, upload, 1.0) is True
        assert store.ingest(PROJECT, upload, 1.0) is False
    assert store.compact() == 21
    for now in (BUCKET, BUCKET + 38 * DAY, BUCKET + 92 * DAY):
        store.purge(float(now))
        assert {name: requests(store, name) for name in names(store)} == {"before": 3, **dict.fromkeys(MODELS, 12)}
    assert [len(store.columns(PROJECT, name, 0, 2**40)) for name in names(store)] == [2] * 6


def partitioned(store):
    with store.read() as connection:
        return set(connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relkind = 'p'").scalars())


def names(store):
    return [deployment.name for deployment in store.deployments(PROJECT)]


def requests(store, name):
    return store.totals(PROJECT, name, 0, 2**40).counters["requests"]
