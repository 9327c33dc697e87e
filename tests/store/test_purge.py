import numpy as np
import pytest

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import schema
from graphsignal_mw.store.span import DAY, HOUR

from .envelopes import BUCKET, WHOLE, envelope, rich_window, window

PROJECT = "default"
EVER = (0, 2**40)
MIDNIGHT = BUCKET // DAY * DAY
HOURS = (0, 7, 8, 23)


def test_purge_folds_parts_into_the_base_and_changes_nothing(store):
    for seq in range(6):
        store.ingest(PROJECT, envelope(rich_window(), seq=seq), 1.0)
    store.compact()
    before = store.profiles(PROJECT, "model", *WHOLE)
    assert store.purge(now=2.0, keep_parts=0.5) == 1
    assert store.sizes()["parts"] == 0
    store.ingest(PROJECT, envelope(window(), seq=9), 3.0)
    store.compact()
    ((_, old),), ((_, new),) = before, store.profiles(PROJECT, "model", *WHOLE)
    assert new.counters["requests"] == old.counters["requests"] + 3 == 21
    assert new.features.columns["x"].count == old.features.columns["x"].count + 3
    assert [(k.type, k.count) for k in new.exceptions.kinds.values()] == [("KeyError", 24)]
    assert new.performance[""].n == old.performance[""].n == 18
    np.testing.assert_allclose(new.features.columns["x"].moments.std, window().features.columns["x"].moments.std)


def test_purge_leaves_new_parts_and_waiting_windows(store):
    store.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    assert store.purge(now=10.0, keep_parts=1.0) == 0
    store.compact()
    assert store.purge(now=1.5, keep_parts=1.0) == 0
    assert store.sizes()["parts"] == 1


def test_purge_forgets_old_identities_only(store):
    store.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=2), 100.0)
    store.purge(now=200.0, keep_deltas=150.0)
    assert store.sizes()["deltas"] == 1


def test_windows_end_when_no_upload_can_change_them_any_more(store):
    day = 86400
    for seq, offset in enumerate((0, 300 * day)):
        store.ingest(PROJECT, envelope(rich_window(), seq=seq, bucket=BUCKET + offset), float(BUCKET + offset))
    store.compact()
    store.purge(BUCKET + 402 * day)
    sizes = store.sizes()
    assert (sizes["windows"], sizes["parts"], sizes["deltas"]) == (2, 0, 1)
    store.purge(BUCKET + 732 * day)
    sizes = store.sizes()
    assert (sizes["windows"], sizes["parts"], sizes["deltas"]) == (1, 0, 0)
    assert store.versions(PROJECT, "model", *WHOLE) == []
    assert store.totals(PROJECT, "model", *WHOLE).window_count == 0
    (deployment,) = store.deployments(PROJECT)
    assert deployment.first_window == (BUCKET + day) // day * day
    with store.read() as connection:
        for table in ("columns", "names"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() > 0
    store.purge(BUCKET + 1100 * day)
    with store.read() as connection:
        for table in ("bases", "columns", "column_sketches", "details", "names", "windows", "parts"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0


def test_counts_and_moments_outlive_sketches(store):
    store.ingest(PROJECT, envelope(rich_window()), 1.0)
    store.compact()
    store.purge(BUCKET + 400 * DAY)
    ((_, _, before), _) = store.columns(PROJECT, "model", *WHOLE)
    store.purge(BUCKET + 402 * DAY)
    ((_, _, x), (_, _, y)) = store.columns(PROJECT, "model", *WHOLE)
    assert (x.count, x.missing, x.types, y.types) == (3, 0, before.types, y.types)
    assert [getattr(x.moments, name) for name in ("n", "mean", "m2", "minimum", "maximum")] == [3, 2, 2, 1, 3]
    assert (before.quantiles.n, x.quantiles.n) == (3, 0)
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3
    for table in (schema.bases, schema.column_sketches, schema.details):
        assert [count(store, table, level) for level in (0, HOUR, DAY)] == [0, 0, 0]


@pytest.fixture
def filled(store):
    """Two windows in each of four hours of a day, the second of another version; one hour has something of all."""
    for number, hour in enumerate(HOURS):
        for half in range(2):
            bucket = MIDNIGHT + HOUR * hour + 1800 * half
            stats = window(np.arange(100.0) + 100 * hour) if hour else rich_window()
            upload = envelope(stats, seq=2 * number + half, bucket=bucket, version=f"v{half}")
            store.ingest(PROJECT, upload, float(bucket))
    store.compact()
    return store


def said(store):
    """What readers find over all time, without sketches."""
    ((_, _, x), (_, _, y)) = store.columns(PROJECT, "model", *EVER)
    totals = store.totals(PROJECT, "model", *EVER)
    return {
        "counters": totals.counters,
        "latency": totals.latency.moments.n,
        "x": (x.count, x.missing, x.moments.minimum, x.moments.maximum),
        "moments": (round(x.moments.mean, 9), round(x.moments.std, 9)),
        "y": (y.count, dict(y.types)),
        "versions": store.versions(PROJECT, "model", *EVER),
        "segments": store.segment_counters(PROJECT, "model", *EVER),
        "labels": store.performance(PROJECT, "model", *EVER).n,
        "exceptions": [(kind.type, kind.count) for kind in store.exceptions(PROJECT, "model", *EVER)],
    }


def count(store, table, level):
    with store.read() as connection:
        return len(connection.execute(table.select().where(table.c.level == level)).all())


@pytest.mark.parametrize(
    ("age", "scalars", "sketches"),
    [
        (2, [8, 0, 0], [8, 0, 0]),
        (4, [8, 0, 0], [0, 8, 0]),
        (35, [8, 0, 0], [0, 8, 0]),
        (38, [0, 8, 0], [0, 0, 2]),
        (92, [0, 0, 2], [0, 0, 2]),
        (399, [0, 0, 2], [0, 0, 2]),
    ],
)
def test_sketches_and_then_scalars_go_to_hours_and_days_and_readers_find_the_same(filled, age, scalars, sketches):
    before = said(filled)
    for _ in range(2):  # again changes nothing
        filled.purge(MIDNIGHT + age * DAY)
        assert said(filled) == before
        assert [count(filled, schema.windows, level) for level in (0, HOUR, DAY)] == scalars
        assert [count(filled, schema.column_sketches, level) for level in (0, HOUR, DAY)] == [2 * n for n in sketches]
        assert filled.sizes()["parts"] == (8 if age < 3 else 0)


def test_each_level_is_aligned(filled):
    filled.purge(MIDNIGHT + 38 * DAY)
    series = filled.counter_series(PROJECT, "model", *EVER)
    assert [bucket for bucket, _ in series] == [MIDNIGHT + HOUR * hour for hour in HOURS]
    filled.purge(MIDNIGHT + 92 * DAY)
    ((bucket, _),) = filled.counter_series(PROJECT, "model", *EVER)
    assert bucket == MIDNIGHT


def test_quantiles_stay_within_their_error_through_all_levels(filled):
    values = np.concatenate([np.arange(100.0) + 100 * hour if hour else [1, 2, 3] for hour in HOURS])
    for age in (0, 5, 38, 92):
        filled.purge(MIDNIGHT + age * DAY)
        ((_, _, x), _) = filled.columns(PROJECT, "model", *EVER)
        for share, found in zip((0.1, 0.5, 0.9), x.quantiles.quantiles((0.1, 0.5, 0.9)), strict=True):
            assert abs(np.mean(values <= found) - share) < 0.03


@pytest.mark.parametrize("age", [1, 4, 10, 38, 92, 399])
def test_a_late_upload_of_any_age_is_found_at_once_and_after_the_next_purge(filled, age):
    now = float(MIDNIGHT + age * DAY)
    filled.purge(now)
    requests = said(filled)["counters"]["requests"]
    filled.ingest(PROJECT, envelope(window((7.0, 8.0)), seq=500, bucket=MIDNIGHT + 600, version="v0"), now)
    assert filled.compact() == 1
    after = said(filled)
    assert after["counters"]["requests"] == requests + 2
    filled.purge(now + 7200, keep_parts=3600)
    assert said(filled) == after
    assert filled.sizes()["parts"] == 0


def test_a_column_that_came_up_later_was_not_missing_in_the_hours_before(store):
    wider = WindowStats()
    wider.features.update({"x": [1.0, 2.0], "new": [1.0, 2.0]})
    store.ingest(PROJECT, envelope(window(), seq=1, bucket=MIDNIGHT), 1.0)
    store.ingest(PROJECT, envelope(wider, seq=2, bucket=MIDNIGHT + 1800), 1.0)
    store.compact()
    store.purge(MIDNIGHT + 100 * DAY)
    (new,) = [column for _, name, column in store.columns(PROJECT, "model", *EVER) if name == "new"]
    assert (new.count, new.missing) == (2, 0)


def test_windows_that_cannot_be_added_up_stay_as_they_are(store, caplog):
    """Counts that no gate lets through, in one of the two windows of an hour."""
    for seq, (half, requests) in enumerate(((0, 3), (1, 3), (1, 2**62))):
        store.ingest(PROJECT, envelope(window(requests=requests), seq=seq, bucket=MIDNIGHT + 1800 * half), 1.0)
        store.compact()
    store.purge(MIDNIGHT + 38 * DAY)
    assert "cannot be computed" in caplog.text
    assert [count(store, schema.windows, level) for level in (0, HOUR)] == [2, 0]
    assert (count(store, schema.bases, 0), store.sizes()["parts"]) == (1, 2)
    assert store.totals(PROJECT, "model", *EVER).counters["requests"] == 6


def test_a_window_that_waits_is_not_folded(filled):
    filled.ingest(PROJECT, envelope(window(), seq=500, bucket=MIDNIGHT, version="v0"), 1.0)
    filled.purge(MIDNIGHT + 38 * DAY)
    assert count(filled, schema.windows, 0) == 1
    filled.compact()
    filled.purge(MIDNIGHT + 38 * DAY)
    assert count(filled, schema.windows, 0) == 0
