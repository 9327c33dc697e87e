import threading

import pytest
from msgspec.structs import replace
from sqlalchemy import event, select

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import StorageFullError, Store, Upload, schema
from graphsignal_mw.wire import encode, pack_part

from .envelopes import BUCKET, WHOLE, envelope, window

PROJECT = "default"


def test_an_upload_is_counted_once(store):
    first = envelope(window(), seq=7)
    assert store.ingest(PROJECT, first, 1.0) is True
    assert store.ingest(PROJECT, first, 2.0) is False
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3


def test_a_repeat_after_compaction_and_purge_is_still_a_repeat(store):
    store.ingest(PROJECT, envelope(window()), 1.0)
    store.compact()
    store.purge(1.0 + 10 * 86400)
    assert store.ingest(PROJECT, envelope(window()), 2.0) is False


def test_of_many_uploads_each_is_stored_or_says_what_failed(store):
    """One that the driver cannot write (a lone surrogate) fails the transaction of all: then each is tried alone."""
    wanted = [envelope(window(), seq=1), envelope(window(), seq=2, boot_id="\ud800"), envelope(window(), seq=1)]
    first, bad, repeat = store.ingest_all([Upload(PROJECT, each, 1.0) for each in wanted])
    assert (first, repeat) == (True, False)
    assert isinstance(bad, UnicodeEncodeError)
    assert store.ingest_all([]) == []
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3


def kept(store):
    with store.read() as connection:
        return list(connection.execute(select(schema.parts.c.data)).scalars())


def test_an_upload_of_one_part_is_kept_as_it_came(store):
    sent = envelope(window(range(500)))
    body = encode(sent)
    store.ingest_all([Upload(PROJECT, sent, 1.0, body)])
    assert kept(store) == [body]
    assert len(body) < len(pack_part(sent.parts[0])) / 2


def test_parts_that_came_together_are_kept_apart(store):
    sent = envelope(window(), window((9.0,)))
    store.ingest_all([Upload(PROJECT, sent, 1.0, encode(sent))])
    assert sorted(kept(store)) == sorted(map(pack_part, sent.parts))


def test_columns_that_are_left_out_are_not_kept(store):
    full, more = WindowStats(), window()
    full.features.update({f"c{i:04}": [1.0] for i in range(1000)})
    for sent in (envelope(full, seq=0), envelope(more, seq=1, bucket=BUCKET + 300)):
        store.ingest_all([Upload(PROJECT, sent, 1.0, encode(sent))])
    store.compact()
    names = {name for stream, name, _ in store.columns(PROJECT, "model", *WHOLE) if stream == "features"}
    assert len(names) == 1000
    assert "x" not in names
    assert store.totals(PROJECT, "model", *WHOLE).counters["dropped.column_limit"] == 3


def test_windows_of_both_forms_of_parts_are_computed_and_folded(store):
    """Parts are kept for days: what was there before an upgrade is there after it."""
    for seq in range(6):
        sent = envelope(window(), seq=seq)
        store.ingest_all([Upload(PROJECT, sent, 1.0, encode(sent) if seq % 2 else None)])
    assert len(set(kept(store))) > 1
    for step in (store.compact, lambda: store.purge(1.0 + 10 * 86400)):
        step()
        assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 18
        _, _, x = store.columns(PROJECT, "model", *WHOLE)[0]
        assert (x.count, x.quantiles.n) == (18, 18)
    assert kept(store) == []


def test_an_upload_that_came_under_an_earlier_name_or_for_another_time_is_of_its_row(store):
    store.ingest(PROJECT, envelope(window()), 1.0)
    store.rename_deployment(PROJECT, "model", "fraud")
    sent = envelope(window((9.0,)), seq=2)
    moved = replace(sent, parts=[replace(part, bucket=BUCKET + 600) for part in sent.parts])
    store.ingest_all([Upload(PROJECT, moved, 1.0, encode(sent))])
    store.compact()
    assert store.totals(PROJECT, "fraud", BUCKET + 600, BUCKET + 900).counters["requests"] == 1
    assert store.totals(PROJECT, "fraud", *WHOLE).counters["requests"] == 4


def test_uploads_of_many_projects_are_stored_together(store):
    wanted = [Upload(project, envelope(window(), seq=seq), 1.0) for seq in range(3) for project in ("b", "a")]
    assert store.ingest_all(wanted) == [True] * 6
    assert store.ingest_all([*wanted, Upload("c", envelope(), 1.0)]) == [False] * 6 + [True]
    store.compact()
    assert [store.totals(project, "model", *WHOLE).counters["requests"] for project in "ab"] == [9, 9]


@pytest.mark.parametrize("other", [{"seq": 2}, {"boot_id": "boot-0002"}])
def test_another_identity_is_another_upload(store, other):
    store.ingest(PROJECT, envelope(window()), 1.0)
    assert store.ingest(PROJECT, envelope(window(), **other), 1.0) is True


def test_projects_do_not_see_each_other(store):
    store.ingest("one", envelope(window()), 1.0)
    assert store.ingest("two", envelope(window((5.0,))), 1.0) is True
    store.compact()
    assert store.totals("one", "model", *WHOLE).counters["requests"] == 3
    assert store.totals("two", "model", *WHOLE).counters["requests"] == 1
    assert [d.name for d in store.deployments("three")] == []


def test_many_parts_of_one_window_in_one_upload(store):
    store.ingest(PROJECT, envelope(window(), window((9.0,))), 1.0)
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 4


def test_an_upload_without_parts_is_accepted(store):
    assert store.ingest(PROJECT, envelope(), 1.0) is True
    assert store.deployments(PROJECT) == []


def test_deployments_are_known_whatever_the_order_of_uploads(tmp_path):
    uploads = [
        (envelope(window(), seq=1, bucket=BUCKET), 10.0),
        (envelope(window(), seq=2, bucket=BUCKET + 3600, window_seconds=3600), 20.0),
        (envelope(window(), seq=3, bucket=BUCKET - 600), 15.0),
    ]
    found = []
    for name, order in (("forth", uploads), ("back", uploads[::-1])):
        store = Store.open(tmp_path / name)
        for upload, received in order:
            store.ingest(PROJECT, upload, received)
        found.append(store.deployments(PROJECT))
        store.close()
    assert found[0] == found[1]
    (deployment,) = found[0]
    assert (deployment.first_window, deployment.last_window) == (BUCKET - 600, BUCKET + 3600)
    assert (deployment.last_received, deployment.window_seconds) == (20.0, 3600)


def test_a_full_disk_stores_nothing_and_says_so(sqlite):
    sqlite.ingest(PROJECT, envelope(window()), 1.0)
    with sqlite.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    sqlite.engine.dispose()
    limit_pages(sqlite, pages + 2)
    with pytest.raises(StorageFullError, match="full"):
        fill(sqlite)
    refused = sqlite.sizes()["deltas"] + 1
    limit_pages(sqlite, 100_000)
    assert sqlite.ingest(PROJECT, envelope(window(range(500)), seq=refused), 1.0) is True
    sqlite.compact()
    assert sqlite.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3 + 500 * (refused - 1)


def fill(store):
    for seq in range(2, 1000):
        store.ingest(PROJECT, envelope(window(range(500)), seq=seq), 1.0)


def limit_pages(store, pages):
    """Give the database room for so many pages, on every connection that is opened from now on."""
    event.listen(store.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}"))
    store.engine.dispose()


def test_threads_that_send_the_same_upload_count_it_once(store):
    accepted = []

    def send():
        accepted.extend(store.ingest(PROJECT, envelope(window(), seq=seq), 1.0) for seq in range(20))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(accepted) == 20
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 60


def test_a_repeat_in_the_same_transaction_is_a_repeat(sqlite):
    """They wait together while another write goes on."""
    accepted = []

    def send(seq):
        accepted.append((seq, sqlite.ingest(PROJECT, envelope(window(), seq=seq), 1.0)))

    threads = [threading.Thread(target=send, args=(seq,)) for seq in (1, 2, 2, 3, 2)]
    with sqlite.write():
        for thread in threads:
            thread.start()
        threads[0].join(0.3)  # time enough for all to wait
    for thread in threads:
        thread.join()
    assert sorted(accepted) == [(1, True), (2, False), (2, False), (2, True), (3, True)]
