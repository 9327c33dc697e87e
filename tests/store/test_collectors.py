"""Several collectors without state on one PostgreSQL."""

import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from graphsignal_mw.collector import first_keys
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import Store, revisions, schema
from graphsignal_mw.store.bounds import MAX_VERSIONS, OTHER_VERSION
from graphsignal_mw.store.span import WindowKey

from .envelopes import BUCKET, WHOLE, envelope, window
from .test_issues import FOUND

PROJECT = "default"
COMPUTE = """
import sys
from graphsignal_mw.store import Store
store = Store.open(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
computed = 0
while store.sizes()["dirty"]:
    computed += store.compact()
print(computed)
store.close()
"""


@pytest.fixture
def one(url):
    with closing(Store.open(url)) as opened:
        yield opened


@pytest.fixture
def other(url):
    with closing(Store.open(url)) as opened:
        yield opened


def meanwhile(store, beginning, act):
    """Call ``act`` once, when ``store`` has just executed a statement that begins so; return what it returned."""
    came = []

    def arrive(connection, cursor, statement, *_):
        if statement.startswith(beginning) and not came:
            came.append(None)
            came[0] = act()

    event.listen(store.engine, "after_cursor_execute", arrive)
    return came


def test_two_processes_compute_each_window_once(one, url):
    """Uploads first, so that no window has a reason to be computed again."""
    for number in range(120):
        one.ingest(PROJECT, envelope(window(), window(), seq=number, bucket=BUCKET + 300 * number), 1.0)
    command = [sys.executable, "-c", COMPUTE, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    computed = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(computed) == 120
    series = one.counter_series(PROJECT, "model", BUCKET, BUCKET + 120 * 300)
    assert [counters["requests"] for _, counters in series] == [6] * 120


def test_uploads_to_two_collectors_that_compute_meanwhile_are_all_counted(one, other):
    def run(store, first):
        for seq in range(first, first + 60):
            store.ingest(PROJECT, envelope(window(), seq=seq, bucket=BUCKET + 300 * (seq % 5)), 1.0)
            store.compact()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(run, store, 60 * i) for i, store in enumerate((one, other, one, other))]:
            done.result()
    one.compact()
    assert one.sizes()["dirty"] == 0
    assert one.totals(PROJECT, "model", *WHOLE).counters["requests"] == 4 * 60 * 3


def test_an_upload_that_two_collectors_get_at_once_is_counted_once(one, other):
    def send(store):
        return [store.ingest(PROJECT, envelope(window(), seq=seq), 1.0) for seq in range(50)]

    with ThreadPoolExecutor(4) as pool:
        found = [done.result() for done in [pool.submit(send, store) for store in (one, other, one, other)]]
    assert Counter(map(sum, zip(*found, strict=True))) == {1: 50}


def test_what_comes_while_parts_are_folded_is_kept(one, other):
    """A part that is committed after the others were read must not be deleted with them."""
    for seq in range(3):
        one.ingest(PROJECT, envelope(window(), seq=seq), 1.0)
    one.compact()
    came = meanwhile(one, ("SELECT parts.data", "DELETE FROM parts"), lambda: late(other))
    assert one.purge(now=10.0, keep_parts=1.0) == 1
    assert came == [True]
    other.compact()
    assert one.totals(PROJECT, "model", *WHOLE).counters["requests"] == 12


def late(store):
    return store.ingest(PROJECT, envelope(window(), seq=9), 1.0)


def test_a_window_that_is_being_computed_is_not_folded_meanwhile(one, other):
    one.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    one.compact()
    with other.claimed([WindowKey(PROJECT, "model", BUCKET, "")]):
        assert one.purge(now=10.0, keep_parts=1.0) == 0
    assert one.purge(now=10.0, keep_parts=1.0) == 1


def test_versions_are_bounded_over_all_collectors(one, other):
    came = meanwhile(one, "SELECT names.kind", lambda: [versions(other, i) for i in range(MAX_VERSIONS)])
    one.ingest(PROJECT, envelope(window(), seq=99, version="last"), 1.0)
    one.compact()
    assert came == [[True] * MAX_VERSIONS]
    assert one.versions(PROJECT, "model", *WHOLE) == [OTHER_VERSION, *(f"v{i}" for i in range(MAX_VERSIONS))]


def versions(store, number):
    return store.ingest(PROJECT, envelope(window(), seq=number, version=f"v{number}"), 1.0)


def test_detection_does_not_undo_what_a_person_decides_meanwhile(one, other):
    (issue,) = one.save_issues(PROJECT, "model", [FOUND])
    person = threading.Thread(target=other.set_issue_state, args=(PROJECT, issue.id, "mute", "ann"))

    def decide():
        person.start()
        person.join(0.3)  # time enough to be first, if nothing holds it up

    meanwhile(one, "SELECT issues", decide)
    one.save_issues(PROJECT, "model", [replace(FOUND, updated=3000)])
    person.join()
    found = one.issue(PROJECT, issue.id)
    assert (found.state, found.updated) == ("muted", 3000)


def test_a_deployment_ends_while_an_upload_of_it_comes(one, other):
    """Both write what the other does: whoever is second waits, and neither is ended for a deadlock."""
    one.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    with ThreadPoolExecutor(1) as pool:
        sent = []

        def send():
            sent.append(pool.submit(late, other))
            wait(sent, 0.3)  # time enough to take its locks, if nothing holds it up

        meanwhile(one, "DELETE FROM", send)
        one.delete_deployment(PROJECT, "model")
        assert sent[0].result() is True
    other.compact()
    assert one.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3
    assert [deployment.name for deployment in one.deployments(PROJECT)] == ["model"]


def test_deployments_end_under_load_and_nothing_of_them_is_left(one, other):
    def send(store, first):
        for seq in range(first, first + 20):
            store.ingest(PROJECT, envelope(window(), seq=seq, bucket=BUCKET + 300 * (seq % 7)), 1.0)
            store.compact()
            store.purge(10.0, keep_parts=1.0)

    def end():
        while not all(done.done() for done in sending):
            with suppress(UnknownNameError):
                other.delete_deployment(PROJECT, "model")

    with ThreadPoolExecutor(3) as pool:
        sending = [pool.submit(send, store, 20 * i) for i, store in enumerate((one, other))]
        ending = pool.submit(end)
        for done in (*sending, ending):
            done.result()
    with suppress(UnknownNameError):
        one.delete_deployment(PROJECT, "model")
    with one.read() as connection:
        left = {table.name: len(rows(connection, table)) for table, _ in schema.OF_DEPLOYMENT}
    assert set(left.values()) == {0}, left


def test_many_collectors_make_the_first_keys_of_an_empty_database_once(url, tmp_path):
    stores = [Store.open(url) for _ in range(6)]
    together = threading.Barrier(len(stores))

    def start(store):
        together.wait()
        return first_keys(store, PROJECT, tmp_path / "keys.env")

    with ThreadPoolExecutor(len(stores)) as pool:
        said = list(pool.map(start, stores))
    assert sorted(map(len, said)) == [0] * 5 + [1]
    assert [key.scopes for key in stores[0].keys(PROJECT)] == [("admin",), ("ingest",)]
    written = [line.partition("=")[2] for line in (tmp_path / "keys.env").read_text().splitlines()]
    assert [stores[0].authenticate(secret).scopes for secret in written] == [("admin",), ("ingest",)]
    for store in stores:
        store.close()


def test_many_collectors_start_at_once_on_an_empty_database(postgresql):
    with postgresql.database(empty=True) as url, ThreadPoolExecutor(4) as pool:
        stores = [done.result() for done in [pool.submit(Store.open, url) for _ in range(4)]]
        assert len({revisions(store.engine) for store in stores}) == 1
        for store in stores:
            store.close()


def test_both_databases_say_the_same_of_the_same_uploads(one, tmp_path):
    """Counts and moments exactly, quantiles within their error, for windows of more values than a sketch keeps."""
    with closing(Store.open(tmp_path / "data")) as sqlite:
        for store in (one, sqlite):
            for seq in range(6):
                values = [float(value * 7919 % 10_007) + seq for value in range(3000)]
                store.ingest(PROJECT, envelope(window(values), seq=seq, bucket=BUCKET + 300 * (seq // 2)), 1.0)
            store.compact()
        assert tables(one) == tables(sqlite)
        ((_, _, mine),), ((_, _, his),) = (columns(store) for store in (one, sqlite))
    assert mine.moments.mean == his.moments.mean
    for share in (0.01, 0.25, 0.5, 0.75, 0.99):
        for column in (mine, his):
            (found,) = column.quantiles.quantiles((share,))
            assert abs(found - share * 10_007) < 0.03 * 10_007


def columns(store):
    return store.columns(PROJECT, "model", *WHOLE, stream="features")


def tables(store):
    """Rows of the tables without sketches."""
    kept = (schema.windows, schema.columns, schema.deployments, schema.deltas)
    with store.read() as connection:
        return {table.name: rows(connection, table) for table in kept}


def rows(connection, table):
    found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [{**row, "computed_at": None} for row in found]
