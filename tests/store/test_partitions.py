"""Partitions by time, which only PostgreSQL has."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from alembic import command
from sqlalchemy import event, text

from graphsignal_mw.store import Store, schema
from graphsignal_mw.store.database import connect
from graphsignal_mw.store.migrate import _config
from graphsignal_mw.store.partitions import LEVELS, TABLES, WEEK
from graphsignal_mw.store.span import DAY, HOUR

from .envelopes import BUCKET, envelope, rich_window, window
from .test_purge import EVER, said

PROJECT = "default"
MONDAY = BUCKET // WEEK * WEEK  # the start of a week, whatever day that is
PARENTS = len(TABLES) * len(LEVELS)


@pytest.fixture
def store(url):
    """A store whose clock says the first day of a week of long ago."""
    with closing(Store.open(url)) as opened:
        assert opened.partition(MONDAY) > 0
        yield opened


def upload(store, *starts, first_seq=1):
    for seq, bucket in enumerate(starts, first_seq):
        assert store.ingest(PROJECT, envelope(rich_window(), seq=seq, bucket=bucket), float(bucket))
    store.compact()


def places(store, table):
    """Partitions of ``table`` that have rows."""
    with store.read() as connection:
        return set(connection.execute(text(f"SELECT DISTINCT tableoid::regclass::text FROM {table}")).scalars())


def partitions(store):
    """Partitions that are weeks of 2023 and the next year: a new database has those of today, too."""
    with store.read() as connection:
        names = connection.execute(text(r"SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '_l\d+_\d+$'"))
        return {name for name in names.scalars() if "2023" < name.rpartition("_")[2] < "2025"}


def test_a_store_on_sqlite_has_no_partitions(sqlite):
    assert sqlite.partition(float(BUCKET)) == 0


def test_this_week_and_three_to_come_have_a_partition_of_each_table(store):
    assert len(partitions(store)) == 4 * PARENTS
    assert {name for name in partitions(store) if name.startswith("columns_l0")} == {
        f"columns_l0_{day}" for day in ("20231109", "20231116", "20231123", "20231130")
    }
    assert store.partition(MONDAY) == store.partition(MONDAY + WEEK - 1) == 0
    assert store.partition(MONDAY + WEEK) == PARENTS


def test_windows_lie_in_their_weeks(store):
    upload(store, MONDAY, MONDAY + WEEK - 300, MONDAY + WEEK)
    for table in TABLES:
        if table != "bases":
            assert places(store, table) == {f"{table}_l0_20231109", f"{table}_l0_20231116"}


@pytest.mark.parametrize("offset", [-300, -50 * WEEK, 4 * WEEK], ids=["last-week", "last-year", "after-the-last"])
def test_windows_of_a_week_without_a_partition_are_kept_in_the_rest(store, offset):
    upload(store, MONDAY + offset, MONDAY)
    assert places(store, "columns") == {"columns_l0_rest", "columns_l0_20231109"}
    assert store.totals(PROJECT, "model", *EVER).counters["requests"] == 6


def test_a_week_that_began_without_its_partition_stays_in_the_rest_and_the_next_one_has_its_own(store):
    late = MONDAY + 5 * WEEK
    upload(store, late)
    before = said(store)
    have_rows = len(TABLES) - 1  # all but the bases, of the level of uploads
    assert store.partition(late) == 4 * PARENTS - have_rows
    upload(store, late + 300, late + WEEK, first_seq=5)
    assert len(places(store, "windows")) == 2
    assert said(store)["counters"]["requests"] == before["counters"]["requests"] + 6


def test_a_week_is_dropped_when_purge_has_emptied_it_and_what_it_had_is_still_found(store):
    upload(store, MONDAY, MONDAY + HOUR, MONDAY + 3 * DAY)
    before = said(store)
    store.purge(MONDAY + 36 * DAY)
    assert store.partition(MONDAY + WEEK + 36 * DAY) >= 0
    assert "columns_l0_20231109" in partitions(store)
    for age, gone, place in ((38, "l0", "columns_l3600_20231109"), (92, "l3600", "columns_rest")):
        now = MONDAY + WEEK + age * DAY
        store.purge(now)
        store.partition(now)
        assert not {f"{table}_{gone}_20231109" for table in TABLES} & partitions(store)
        assert places(store, "columns") == {place}
        assert said(store) == before
    upload(store, MONDAY + DAY, first_seq=9)
    assert said(store)["counters"]["requests"] == before["counters"]["requests"] + 3


def test_an_old_week_that_still_has_windows_is_kept(store):
    upload(store, MONDAY)
    store.partition(MONDAY + 400 * DAY)
    assert {name for name in partitions(store) if name.endswith("20231109") and "_l0_" in name} == {
        f"{table}_l0_20231109" for table in TABLES if table != "bases"
    }


def test_what_a_reader_has_begun_to_see_is_there_until_it_ends(store):
    """Its snapshot shows what was deleted since; a table that is gone would show nothing."""
    upload(store, MONDAY)
    now = MONDAY + WEEK + 38 * DAY
    with store.read() as connection:
        connection.execute(text("SELECT 1 FROM deployments")).all()
        store.purge(now)
        store.partition(now)
        assert connection.execute(text("SELECT count(*) FROM columns WHERE level = 0")).scalar_one() == 2
    store.partition(now)
    assert not [name for name in partitions(store) if name.startswith("columns_l0_20231109")]


@contextmanager
def collectors(url, number):
    stores = [Store.open(url) for _ in range(number)]
    yield stores
    for each in stores:
        each.close()


def test_collectors_that_race_make_and_drop_each_partition_once(store, url):
    upload(store, MONDAY)
    now = MONDAY + WEEK + 38 * DAY
    store.purge(now)
    with collectors(url, 3) as stores, ThreadPoolExecutor(4) as pool:
        sending = pool.submit(upload, store, *(MONDAY + WEEK + 300 * place for place in range(30)), first_seq=10)
        changed = sum(pool.map(lambda each: each.partition(now), stores))
        sending.result()
    changed += store.partition(now)
    dropped = len(TABLES)  # of the level of uploads
    assert changed == 4 * PARENTS + dropped
    assert len(partitions(store)) == 8 * PARENTS - dropped
    assert store.totals(PROJECT, "model", *EVER).counters["requests"] == 31 * 3


def test_a_table_that_is_read_for_long_is_partitioned_the_next_time(store, caplog):
    with store.read() as connection:
        connection.execute(text("SELECT count(*) FROM details WHERE level = 3600")).scalar_one()
        assert store.partition(MONDAY + WEEK) == PARENTS - 1
    assert "details_l3600: its partitions stay as they are" in caplog.text
    assert store.partition(MONDAY + WEEK) == 1


@pytest.fixture
def undivided(postgresql):
    """URL of a database of the revision before partitions."""
    with postgresql.database(empty=True) as url, closing(Store(connect(url))) as store:
        with store.write() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0005")
        yield url


def test_a_database_from_before_is_divided_with_all_that_it_has(store, undivided):
    now = time.time()
    days = [int(now) // DAY * DAY - age * DAY for age in (0, 1, 10, 50, 120)]
    upload(store, *days)
    store.purge(now)
    copy(store, undivided)
    with closing(Store.open(undivided)) as opened:
        assert said(opened) == said(store)
        assert all_rows(opened) == all_rows(store)
        assert {place.count("_") for place in places(opened, "columns")} == {1, 2}  # the rest, and weeks
        assert not [place for table in TABLES for place in places(opened, table) if re.search(r"_l\d+_rest", place)]
        upload(opened, days[0] + 300, first_seq=9)
        assert said(opened)["counters"]["requests"] == said(store)["counters"]["requests"] + 3


def copy(store, url):
    """Fill the tables of windows, and what belongs to them, of the database at ``url`` with what ``store`` has."""
    names = (*TABLES, "deltas", "deployments", "names", "outlines")
    with closing(Store(connect(url))) as other, other.write() as connection:
        for name, found in all_rows(store, names).items():
            connection.execute(schema.metadata.tables[name].insert(), found)


def all_rows(store, names=TABLES):
    with store.read() as connection:
        tables = [schema.metadata.tables[name] for name in names]
        return {table.name: [dict(row) for row in contents(connection, table)] for table in tables}


def contents(connection, table):
    return connection.execute(table.select().order_by(*table.primary_key)).mappings()


def test_what_is_asked_of_a_week_does_not_look_into_others(store):
    upload(store, MONDAY, MONDAY + WEEK)
    store.ingest(PROJECT, envelope(window(), seq=98, bucket=MONDAY), 1.0)
    plans = []

    def explain(connection, cursor, statement, parameters, *_):
        if re.match("SELECT|DELETE|UPDATE", statement) and re.search("|".join(TABLES), statement):
            found = cursor.connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
            plans.append("\n".join(line for (line,) in found))

    event.listen(store.engine, "before_cursor_execute", explain)
    hour = (MONDAY + DAY, MONDAY + DAY + HOUR)
    store.totals(PROJECT, "model", *hour)
    store.columns(PROJECT, "model", *hour)
    store.column_series(PROJECT, "model", "features", "x", *hour)
    store.exceptions(PROJECT, "model", *hour)
    store.segments(PROJECT, "model", *hour)
    store.outlines(PROJECT, "model", *hour, 300)
    store.profiles(PROJECT, "model", *hour)
    reads = len(plans)
    store.compact()
    assert 0 < reads < len(plans)
    for plan in plans:
        assert set(re.findall(r"on \w+_l\d+_(\w+)", plan)) <= {"20231109"}, plan
