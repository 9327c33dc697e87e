import pytest
from sqlalchemy.exc import IntegrityError

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store.bounds import MAX_COLUMNS, MAX_VERSIONS, OTHER_VERSION

from .envelopes import BUCKET, WHOLE, envelope, window
from .refusals import refusing

PROJECT = "default"


def wide(names):
    """Statistics of a window of two rows with features of these names."""
    stats = WindowStats()
    stats.features.update({name: [1.0, 2.0] for name in names})
    return stats


def test_versions_beyond_the_bound_are_joined(store):
    for seq in range(MAX_VERSIONS + 5):
        store.ingest(PROJECT, envelope(window(), seq=seq, version=f"v{seq:02d}"), 1.0)
    store.compact()
    assert store.versions(PROJECT, "model", *WHOLE) == [OTHER_VERSION, *(f"v{i:02d}" for i in range(MAX_VERSIONS))]
    assert store.totals(PROJECT, "model", *WHOLE, version=OTHER_VERSION).counters["requests"] == 15
    assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3 * (MAX_VERSIONS + 5)


def test_a_version_that_is_known_stays_itself(store):
    for seq in range(MAX_VERSIONS + 2):
        store.ingest(PROJECT, envelope(window(), seq=seq, version=f"v{seq:02d}"), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=100, version="v03"), 1.0)
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE, version="v03").counters["requests"] == 6


def test_another_day_and_another_deployment_have_bounds_of_their_own(store):
    for seq in range(MAX_VERSIONS):
        store.ingest(PROJECT, envelope(window(), seq=seq, version=f"v{seq}"), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=50, version="new", bucket=BUCKET + 86400), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=51, version="new", deployment="second"), 1.0)
    store.ingest("elsewhere", envelope(window(), seq=52, version="new"), 1.0)
    store.compact()
    for project, deployment in ((PROJECT, "model"), (PROJECT, "second"), ("elsewhere", "model")):
        assert "new" in store.versions(project, deployment, 0, 2**40)
    assert OTHER_VERSION not in store.versions(PROJECT, "model", 0, 2**40)


def test_columns_beyond_the_bound_are_left_out_and_counted(store):
    store.ingest(PROJECT, envelope(wide(f"a{i}" for i in range(MAX_COLUMNS - 10)), seq=1), 1.0)
    store.ingest(PROJECT, envelope(wide(f"b{i:02d}" for i in range(25)), seq=2, bucket=BUCKET + 300), 1.0)
    store.compact()
    names = {name for _, name, _ in store.columns(PROJECT, "model", *WHOLE)}
    assert len(names) == MAX_COLUMNS
    assert {"a0", "b00", "b09"} <= names
    assert store.totals(PROJECT, "model", *WHOLE).counters["dropped.column_limit"] == 15 * 2


def test_what_was_left_out_is_still_counted_after_purging(store):
    store.ingest(PROJECT, envelope(wide(f"a{i}" for i in range(MAX_COLUMNS)), seq=1), 1.0)
    store.ingest(PROJECT, envelope(wide(["more"]), seq=2), 1.0)
    store.compact()
    store.purge(10.0, keep_parts=1.0)
    store.ingest(PROJECT, envelope(wide(["more"]), seq=3), 20.0)
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters["dropped.column_limit"] == 4


def test_a_day_whose_names_are_known_is_bounded_all_the_same(store):
    for seq in range(3):
        store.ingest(PROJECT, envelope(wide(["a0"]), seq=seq), 1.0)
    store.ingest(PROJECT, envelope(wide(f"b{i}" for i in range(MAX_COLUMNS)), seq=9, bucket=BUCKET + 300), 1.0)
    store.compact()
    assert len(store.columns(PROJECT, "model", *WHOLE, stream="features")) == MAX_COLUMNS


def test_an_upload_that_fails_notes_no_names(store):
    with refusing(store, "boot"):
        for seq in range(MAX_VERSIONS + 1):
            with pytest.raises(IntegrityError):
                store.ingest(PROJECT, envelope(window(), seq=seq, version=f"lost{seq}"), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=1, version="v1"), 1.0)
    store.compact()
    assert store.versions(PROJECT, "model", *WHOLE) == ["v1"]
