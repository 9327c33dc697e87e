import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from graphsignal_mw.store import Store, revisions
from graphsignal_mw.store.schema import metadata

from .envelopes import WHOLE, envelope, window


def test_the_migrations_make_the_tables_of_the_schema(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_no_partition})
        assert compare_metadata(context, metadata) == []


def is_no_partition(_, name, kind, __, compared):
    return kind != "table" or compared is not None or not re.search(r"_(rest|l\d+|l\d+_\d+)$", name)


def test_a_new_database_is_up_to_date(store):
    has, needs = revisions(store.engine)
    assert has == needs is not None


def test_opening_again_keeps_everything(target):
    for _ in range(3):
        store = Store.open(target)
        store.ingest("default", envelope(window()), 1.0)
        store.compact()
        store.close()
    store = Store.open(target)
    assert store.totals("default", "model", *WHOLE).counters["requests"] == 3
    store.close()
