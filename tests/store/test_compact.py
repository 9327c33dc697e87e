import threading

import pytest
from sqlalchemy import event

from graphsignal_mw.store import Store, schema
from graphsignal_mw.wire import stats_to_part

from .envelopes import BUCKET, WHOLE, envelope, rich_window, window

PROJECT = "default"


def test_a_late_upload_recomputes_its_window(store):
    store.ingest(PROJECT, envelope(window((1.0, 2.0)), seq=1), 1.0)
    assert store.compact() == 1
    store.ingest(PROJECT, envelope(window((3.0, 4.0)), seq=2), 2.0)
    assert store.compact() == 1
    assert store.compact() == 0
    ((_, _, column),) = store.columns(PROJECT, "model", *WHOLE, stream="features")
    assert (column.count, column.moments.mean, column.moments.maximum) == (4, 2.5, 4.0)


def test_a_column_that_one_upload_lacks_was_missing_there(store):
    bare = window()
    bare.features.columns.clear()
    store.ingest(PROJECT, envelope(window(), bare), 1.0)
    store.compact()
    ((_, _, column),) = store.columns(PROJECT, "model", *WHOLE, stream="features")
    assert (column.count, column.missing) == (6, 3)


def test_a_column_that_another_version_lacks_was_not_missing(store):
    bare = window()
    bare.features.columns.clear()
    store.ingest(PROJECT, envelope(window(), seq=1, version="v1"), 1.0)
    store.ingest(PROJECT, envelope(bare, seq=2, version="v2"), 1.0)
    store.compact()
    ((_, _, column),) = store.columns(PROJECT, "model", *WHOLE, stream="features")
    assert (column.count, column.missing) == (3, 0)


def test_limit_leaves_the_rest_for_the_next_turn(store):
    for i in range(5):
        store.ingest(PROJECT, envelope(window(), seq=i, bucket=BUCKET + 300 * i), 1.0)
    assert [store.compact(limit=3), store.compact(limit=3), store.compact(limit=3)] == [3, 2, 0]


def test_an_upload_during_the_computation_is_not_lost(store):
    """It comes after the parts were read and before the window is written: the window is computed once more."""
    late = []

    def arrive(connection, cursor, statement, *_):
        if statement.startswith("SELECT parts.data") and not late:
            late.append(threading.Thread(target=store.ingest, args=(PROJECT, envelope(window(), seq=2), 1.0)))
            late[0].start()
            late[0].join()

    store.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    event.listen(store.engine, "after_cursor_execute", arrive)
    assert store.compact() == 1
    assert late
    assert store.sizes()["dirty"] == 1
    assert store.compact() == 1
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 6


def test_two_compactors_agree(target):
    """Two processes' worth of stores over one database: whoever is first, each window is there once."""
    one, two = Store.open(target), Store.open(target)
    for i in range(40):
        one.ingest(PROJECT, envelope(window(), seq=i, bucket=BUCKET + 300 * (i % 4)), 1.0)
        (one if i % 2 else two).compact()
    one.compact()
    assert one.totals(PROJECT, "model", *WHOLE).counters["requests"] == 120
    assert two.totals(PROJECT, "model", *WHOLE).window_count == 4
    one.close()
    two.close()


def test_one_window_that_cannot_be_computed_does_not_stop_the_others(store, caplog):
    """Counts that no gate lets through."""
    huge = window(requests=2**62)
    store.ingest(PROJECT, envelope(huge, huge, seq=1), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=2, bucket=BUCKET + 300), 1.0)
    assert store.compact() == 2
    assert "cannot be computed" in caplog.text
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3
    assert store.purge(now=BUCKET + 4 * 86400) == 1
    assert store.sizes()["parts"] == 2
    assert "its parts are kept" in caplog.text


@pytest.mark.parametrize("data", [b"\x1f\x8b" + 30 * b"x", b"\xc1", b"\x90"])
def test_one_part_that_a_disk_has_spoilt_does_not_stop_the_other_windows(store, caplog, data):
    for seq in range(2):
        store.ingest(PROJECT, envelope(window(), seq=seq, bucket=BUCKET + 300 * seq), 1.0)
    with store.write() as connection:
        parts = schema.parts
        connection.execute(parts.update().where(parts.c.bucket == BUCKET).values(data=data))
    assert store.compact() == 2
    assert "cannot be computed" in caplog.text
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3
    assert store.sizes()["parts"] == 2


def test_more_counters_and_metadata_than_one_upload_may_have(store):
    for seq in range(3):
        stats = window(**{f"unmatched.f{seq}_{i}": 1 for i in range(400)})
        stats.metadata.update({f"k{seq}_{i}": "v" for i in range(15)})
        store.ingest(PROJECT, envelope(stats, seq=seq), 1.0)
    store.compact()
    ((_, found),) = store.profiles(PROJECT, "model", *WHOLE)
    assert (len(found.counters), len(found.metadata)) == (500, 20)


def test_a_base_holds_what_a_part_may_hold(store):
    part = stats_to_part("model", "", BUCKET, rich_window())
    store.ingest(PROJECT, envelope(rich_window()), 1.0)
    store.compact()
    assert set(store.segments(PROJECT, "model", *WHOLE)) == set(part.segments)


def test_many_parts_of_one_window_become_its_base(store):
    """A thousand processes of one deployment: a window is not computed from all of them each time."""
    for process in range(101):
        store.ingest(PROJECT, envelope(window(), boot_id=f"boot-{process:04d}"), 1.0)
    store.compact()
    assert store.sizes()["parts"] == 0
    assert store.ingest(PROJECT, envelope(window(), boot_id="boot-0007"), 2.0) is False
    assert store.ingest(PROJECT, envelope(window(), boot_id="boot-9999"), 2.0) is True
    store.compact()
    assert store.sizes()["parts"] == 1
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 102 * 3
