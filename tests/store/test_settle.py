"""Windows whose sketches are with their hour, and hours whose sketches are with their day."""

import numpy as np
import pytest

from graphsignal_mw.store import schema
from graphsignal_mw.store.span import DAY, HOUR

from .envelopes import BUCKET, envelope, rich_window, window

PROJECT = "default"
MIDNIGHT = BUCKET // DAY * DAY
EVER = (0, 2**40)
LATE = np.arange(1000.0, 1300.0)


@pytest.fixture
def settled(store):
    """Twelve windows of an hour, 300 values each, five days old."""
    for number in range(12):
        bucket = MIDNIGHT + 300 * number
        store.ingest(PROJECT, envelope(window(values(number)), seq=number, bucket=bucket), float(bucket))
    store.compact()
    store.purge(MIDNIGHT + 5 * DAY)
    return store


def values(number):
    return np.arange(300.0) + 10 * number


def column(store, start=0, end=2**40):
    return next(found for _, name, found in store.columns(PROJECT, "model", start, end) if name == "x")


def levels(store, table):
    with store.read() as connection:
        return sorted({row.level for row in connection.execute(table.select())})


def test_counts_and_moments_stay_with_windows_while_sketches_are_with_the_hour(settled):
    assert (levels(settled, schema.columns), levels(settled, schema.column_sketches)) == ([0], [HOUR])
    series = settled.column_series(PROJECT, "model", "features", "x", *EVER)
    assert [bucket - MIDNIGHT for bucket, _ in series] == [300 * number for number in range(12)]
    for number, (_, found) in enumerate(series):
        assert (found.count, found.moments.n) == (300, 300)
        assert (found.moments.minimum, found.moments.maximum) == (values(number)[0], values(number)[-1])
    whole = column(settled)
    assert (whole.count, whole.moments.n, whole.quantiles.n) == (3600, 3600, 3600)


def test_a_range_within_an_hour_has_the_counts_of_its_windows_and_the_quantiles_of_the_hour(settled):
    found = column(settled, MIDNIGHT + 1200, MIDNIGHT + 1800)
    assert (found.count, found.moments.minimum, found.moments.maximum) == (600, 40.0, 349.0)
    whole = np.concatenate([values(number) for number in range(12)])
    assert abs(np.mean(whole <= found.quantiles.quantiles([0.5])[0]) - 0.5) < 0.03


def test_windows_of_before_there_were_outlines_have_one_when_their_sketches_go(store):
    for number in range(2):
        bucket = MIDNIGHT + 300 * number
        store.ingest(PROJECT, envelope(window(values(number)), seq=number, bucket=bucket), float(bucket))
    store.compact()
    with store.write() as connection:
        connection.execute(schema.window_outlines.delete())
    store.purge(MIDNIGHT + 5 * DAY)
    track = store.outlines(PROJECT, "model", *EVER, step=300)["features", "x"]
    medians = [track.outline.take([row]).quantile(0.5) for row in np.argsort(track.starts)]
    np.testing.assert_allclose(medians, [149.5, 159.5], atol=10)


def test_what_comes_late_is_added_to_its_window_and_its_sketch_to_the_hour(settled):
    settled.ingest(PROJECT, envelope(window(LATE), seq=100, bucket=MIDNIGHT + 600), MIDNIGHT + 5.5 * DAY)
    assert settled.compact() == 1
    assert (settled.sizes()["parts"], settled.sizes()["dirty"]) == (0, 0)
    assert (levels(settled, schema.columns), levels(settled, schema.column_sketches)) == ([0], [HOUR])
    found = column(settled, MIDNIGHT + 600, MIDNIGHT + 900)
    both = np.concatenate([values(2), LATE])
    assert (found.count, found.moments.n) == (600, 600)
    assert (found.moments.minimum, found.moments.maximum) == (20.0, 1299.0)
    np.testing.assert_allclose((found.moments.mean, found.moments.std), (both.mean(), both.std()))
    assert column(settled).quantiles.n == 3900
    assert column(settled).quantiles.quantiles([1.0])[0] == 1299.0
    track = settled.outlines(PROJECT, "model", MIDNIGHT + 600, MIDNIGHT + 900, 300)["features", "x"]
    assert track.outline.field("count").tolist() == [600]


def test_what_comes_late_twice_counts_once(settled):
    upload = envelope(window(LATE), seq=100, bucket=MIDNIGHT + 600)
    assert settled.ingest(PROJECT, upload, MIDNIGHT + 5.5 * DAY) is True
    settled.compact()
    assert settled.ingest(PROJECT, upload, MIDNIGHT + 5.6 * DAY) is False
    assert settled.compact() == 0
    settled.purge(MIDNIGHT + 6 * DAY)
    assert (column(settled).count, column(settled).quantiles.n) == (3900, 3900)


@pytest.mark.parametrize("age", [5, 40, 95])
def test_everything_that_a_late_window_has_is_added(settled, age):
    settled.purge(MIDNIGHT + age * DAY)
    for seq in (100, 101):
        upload = envelope(rich_window(), seq=seq, bucket=MIDNIGHT + 600)
        settled.ingest(PROJECT, upload, float(MIDNIGHT + age * DAY))
        settled.compact()
        settled.purge(MIDNIGHT + age * DAY + 7200, keep_parts=3600)
    totals = settled.totals(PROJECT, "model", *EVER)
    assert (totals.counters["requests"], totals.latency.moments.n) == (3606, 3606)
    assert [(kind.type, kind.count) for kind in settled.exceptions(PROJECT, "model", *EVER)] == [("KeyError", 8)]
    assert settled.performance(PROJECT, "model", *EVER).n == 6
    assert settled.segment_counters(PROJECT, "model", *EVER)["plan=a"]["predictions"] == 4
    assert (column(settled).count, column(settled).quantiles.n) == (3606, 3606)


def test_a_column_that_a_late_upload_is_the_first_to_have_was_missing_before(settled):
    late = window((1.0, 2.0))
    late.features.update({"new": [5.0, 6.0]})
    settled.ingest(PROJECT, envelope(late, seq=100, bucket=MIDNIGHT), MIDNIGHT + 5.5 * DAY)
    settled.compact()
    new = next(found for _, name, found in settled.columns(PROJECT, "model", *EVER) if name == "new")
    assert (new.count, new.missing, new.moments.n) == (304, 302, 2)


def test_what_cannot_be_added_leaves_the_window_as_it_was(settled, caplog):
    """Counts that no gate lets through."""
    huge = envelope(window(requests=2**62), window(requests=2**62), seq=100, bucket=MIDNIGHT)
    settled.ingest(PROJECT, huge, MIDNIGHT + 5.5 * DAY)
    assert settled.compact() == 1
    assert "cannot be computed" in caplog.text
    assert (settled.sizes()["dirty"], settled.sizes()["parts"]) == (0, 2)
    assert column(settled).count == 3600
    assert settled.compact() == 0


def test_each_value_is_in_one_of_the_sketches_that_detection_gets(settled):
    new = MIDNIGHT + 5 * DAY
    settled.ingest(PROJECT, envelope(window(values(0)), seq=100, bucket=new), float(new))
    settled.compact()
    found = settled.sketches(PROJECT, "model", 300, "features", "x", MIDNIGHT + 300, new + 300)
    assert [(start, end, each.quantiles.n) for start, end, each in found] == [
        (MIDNIGHT, MIDNIGHT + HOUR, 3600),
        (new, new + 300, 300),
    ]
    scalars = settled.scalars(PROJECT, "model", 300, *EVER)
    assert [bucket for bucket, _ in scalars] == [*(MIDNIGHT + 300 * number for number in range(12)), new]
    assert {stats.features.columns["x"].moments.n for _, stats in scalars} == {300}
    assert {stats.features.columns["x"].quantiles.n for _, stats in scalars} == {0}


def test_counts_of_bins_are_kept_until_their_window_changes(settled):
    at = [MIDNIGHT + 300 * number for number in range(3)]
    settled.save_bins(PROJECT, "model", 300, {("features", "x"): b"edges"}, dict.fromkeys(at, b"counts"))
    settled.save_bins(PROJECT, "model", 300, {}, {at[0]: b"other"})
    known = {("features", "x"): b"edges"}
    assert settled.bins(PROJECT, "model", 300, 0) == (known, {at[0]: b"other", at[1]: b"counts", at[2]: b"counts"})
    assert settled.bins(PROJECT, "model", 60, 0) == (known, {})
    settled.ingest(PROJECT, envelope(window(), seq=100, bucket=at[1]), MIDNIGHT + 5.5 * DAY)
    settled.compact()
    assert sorted(settled.bins(PROJECT, "model", 300, 0)[1]) == [at[0], at[2]]
    settled.purge(MIDNIGHT + 37 * DAY + HOUR)
    assert settled.bins(PROJECT, "model", 300, 0) == (known, {})


def test_nothing_is_kept_for_a_deployment_that_is_gone(settled):
    settled.delete_deployment(PROJECT, "model")
    settled.save_bins(PROJECT, "model", 300, {("features", "x"): b"edges"}, {MIDNIGHT: b"counts"})
    assert settled.bins(PROJECT, "model", 300, 0) == ({}, {})
