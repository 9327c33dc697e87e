"""What charts are drawn of: the same of windows, hours and days, and never more rows than a chart can show."""

import numpy as np
import pytest
from sqlalchemy import event

from graphsignal_mw.store.outlines import forget_outlines
from graphsignal_mw.store.span import DAY, HOUR, WindowKey
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

from .envelopes import envelope, window

PROJECT, X = "default", ("features", "x")
START = 1_700_000_000 // DAY * DAY
NOW = START + 2 * DAY + HOUR


def fill(store, *, version="v1", days=2):
    """Two windows in every sixth hour of some days and the hour after them, with their numbers as values."""
    hours = range(START, START + days * DAY + HOUR, 6 * HOUR)
    buckets = [hour + minutes for hour in hours for minutes in (0, HOUR // 2)]
    parts = [stats_to_part("model", version, bucket, window([float(i)] * 4)) for i, bucket in enumerate(buckets)]
    store.ingest(PROJECT, Envelope(SCHEMA_VERSION, f"boot-{version}-0", 1, NOW, HOUR // 2, parts), 1.0)
    while store.compact():
        pass


def settle(store, now=NOW):
    while store.outline_past(now):
        pass


def tracks(store, step, start=START, end=NOW, **wanted):
    return store.outlines(PROJECT, "model", start, end, step, **wanted)


def by_start(track, step):
    """Rows and median of each step."""
    places = track.starts // step * step
    found = {int(at): track.outline.take(np.flatnonzero(places == at)).pooled() for at in np.unique(places)}
    return {at: (one.field("count")[0], one.quantile(0.0), one.quantile(1.0)) for at, one in found.items()}


@pytest.mark.parametrize("step", [HOUR // 2, HOUR, 6 * HOUR, DAY])
def test_hours_and_days_say_what_their_windows_say(store, step):
    fill(store)
    before = tracks(store, step)
    settle(store)
    after = tracks(store, step)
    assert list(before) == list(after) == [X, ("predictions", "y")]
    assert by_start(before[X], step) == by_start(after[X], step)
    assert sum(after[X].outline.field("count")) == 4 * 18


@pytest.mark.parametrize(("step", "rows"), [(HOUR // 2, 18), (HOUR, 9), (6 * HOUR, 9), (DAY, 2 + 1)])
def test_as_few_rows_are_read_as_the_step_needs(store, step, rows):
    fill(store)
    settle(store)
    assert len(tracks(store, step)[X].starts) == rows


def test_a_range_that_begins_within_a_day_is_read_by_hours_until_the_next(store):
    fill(store)
    settle(store)
    found = tracks(store, DAY, start=START + 18 * HOUR)[X]
    assert sorted(found.starts) == [START + 18 * HOUR, START + DAY, START + 2 * DAY]


def test_what_is_not_over_is_not_computed(store):
    fill(store)
    assert store.outline_past(START + DAY - 1, limit=1000) == 4
    assert len(tracks(store, DAY)[X].starts) == 4 + 2 * 5


def test_a_window_that_changes_is_seen_at_once_and_computed_again(store):
    fill(store)
    settle(store)
    assert store.outline_past(NOW) == 0
    store.ingest(
        PROJECT, envelope(window([1000.0] * 4), seq=1, bucket=START + HOUR, version="v1", boot_id="late-boot"), 1.0
    )
    store.compact()
    for _ in range(2):
        found = by_start(tracks(store, DAY)[X], DAY)[START]
        assert (found[0], found[2]) == (4 * 8 + 4, 1000.0)
        assert store.outline_past(NOW) in {0, 2}
    assert store.outline_past(NOW) == 0


def test_what_comes_while_it_is_computed_is_not_lost(store):
    """A token tells: what was computed of the windows before is not written over the mark of those that came."""
    fill(store, days=0)
    other = WindowKey(PROJECT, "model", START, "v1")

    @event.listens_for(store.engine, "commit", once=True)
    def meanwhile(_):
        with store.write() as connection:
            forget_outlines(connection, [other])

    store.outline_past(NOW)
    assert store.outline_past(NOW) > 0


def test_versions_add_up_or_are_read_alone(store):
    fill(store, days=1)
    fill(store, version="v2", days=1)
    settle(store)
    assert by_start(tracks(store, DAY)[X], DAY)[START][0] == 2 * 4 * 8
    assert by_start(tracks(store, DAY, version="v2")[X], DAY)[START][0] == 4 * 8
    assert tracks(store, DAY, version="v3") == {}


def test_some_columns_only(store):
    fill(store, days=0)
    assert list(tracks(store, HOUR, only=[X])) == [X]
    assert tracks(store, HOUR, only=[("features", "unknown")]) == {}


@pytest.mark.parametrize("settled", [False, True])
def test_windows_that_were_computed_before_there_were_outlines(store, settled):
    fill(store, days=1)
    expected = by_start(tracks(store, HOUR)[X], HOUR)
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM window_outlines")
    if settled:
        settle(store)
    assert by_start(tracks(store, HOUR)[X], HOUR) == expected


def test_a_renamed_deployment_keeps_them_and_a_deleted_one_does_not(store):
    fill(store, days=0)
    settle(store)
    store.rename_deployment(PROJECT, "model", "other")
    assert tracks(store, HOUR) == {}
    assert len(store.outlines(PROJECT, "other", START, NOW, HOUR)[X].starts) == 1
    store.delete_deployment(PROJECT, "other")
    with store.read() as connection:
        for table in ("outlines", "window_outlines"):
            assert connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one() == 0
