import sqlite3

import pytest

from graphsignal_mw.labels import Join, PredictionTable, Remembered
from graphsignal_mw.labels import join as bounds
from graphsignal_mw.labels.remembered import to_bytes
from graphsignal_mw.records import GroundTruth

BEGIN = 1_700_000_000.0
DAY = 86_400.0


@pytest.fixture
def table(tmp_path, clock):
    return PredictionTable(tmp_path / "labels.sqlite3", max_rows=1000, max_bytes=2**30, seconds=30 * DAY, clock=clock)


@pytest.fixture
def join(table, clock):
    return Join(table, b"key", clock)


@pytest.fixture
def locked(table):
    """The table, locked by someone until ``release()``."""
    table.exchange([], [], 1)
    holder = sqlite3.connect(table.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield lambda: holder.execute("ROLLBACK")
    holder.close()


def prediction(value=True, time=BEGIN, **fields):
    return Remembered("model", "v1", value, time, **fields)


def label(value=True, name="7", **fields):
    return GroundTruth(value, None, prediction_id=name, **fields)


def test_a_label_gets_what_it_does_not_say_from_its_prediction(join):
    join.remember("model", "7", prediction(score=0.9, segments=("a=1",), kind="binary"))
    join.ask("model", label(False))
    ((_, whole),) = join.settle().found
    assert whole == GroundTruth(False, True, ("a=1",), BEGIN, 0.9, "7", "binary")


def test_what_a_label_says_itself_stays(join):
    join.remember("model", "7", prediction(score=0.9, segments=("a=1",), kind="binary"))
    said = label(1, segments=("b=2",), timestamp=5.0, score=0.1, kind="numeric")
    join.ask("model", said)
    ((found, whole),) = join.settle().found
    assert whole == GroundTruth(1, True, ("b=2",), 5.0, 0.1, "7", "numeric")
    assert found.version == "v1"


@pytest.mark.parametrize("value", [True, 0, 2**63, -1.5, "", "é" * 1000, float("inf")])
def test_every_kind_of_value_comes_back_as_it_was(join, value):
    join.remember("model", "7", prediction(value))
    join.ask("model", label())
    found = join.settle().found[0][1].prediction
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("odd", [None, prediction(2**64), prediction("x" * 5000), prediction("\ud800")], ids=repr)
def test_a_value_that_cannot_be_kept_is_counted(join, odd):
    join.remember("model", "7", odd)
    assert join.settle().counters == {("model", "dropped.join_value"): 1}


def test_ids_of_one_deployment_are_not_those_of_another(join):
    join.remember("other", "7", prediction())
    join.ask("model", label())
    assert join.settle().found == []


@pytest.mark.parametrize(
    ("seconds", "lag"),
    [(-5, "minute"), (0, "minute"), (61, "hour"), (3601, "day"), (2 * DAY, "week"), (8 * DAY, "longer")],
)
def test_the_lag_of_a_label_is_counted(join, clock, seconds, lag):
    join.remember("model", "7", prediction())
    join.settle()
    clock.now += seconds
    join.ask("model", label())
    assert join.settle().counters == {("model", f"label_lag.{lag}"): 1}


def test_a_label_that_comes_before_its_prediction_waits_for_it(join, table, clock):
    join.ask("model", label())
    assert join.settle().found == []
    other = Join(table, b"key", clock)  # another process
    other.remember("model", "7", prediction())
    other.settle()
    clock.now += 2
    assert len(join.settle().found) == 1
    assert len(join) == 0


def test_a_label_without_a_prediction_is_counted_after_a_minute_and_looked_for_less_and_less_often(join, clock):
    join.ask("model", label())
    looks = 0
    for _ in range(130):
        looks += join.is_due
        counted = join.settle().counters if join.is_due else {}
        if counted:
            break
        clock.now += 0.5
    assert counted == {("model", "unmatched.join"): 1}
    assert bounds.WAIT <= clock.now - BEGIN < 2 * bounds.WAIT
    assert len(join) == 0


def test_at_the_end_a_label_waits_no_longer(join):
    join.ask("model", label())
    join.ask("model", label(name="8"))
    join.remember("model", "8", prediction())
    settled = join.settle(final=True)
    assert settled.counters == {("model", "unmatched.join"): 1, ("model", "label_lag.minute"): 1}


def test_a_label_that_comes_twice_counts_once(join):
    join.remember("model", "7", prediction())
    join.ask("model", label())
    join.ask("model", label())
    assert join.settle(final=True).counters == {("model", "unmatched.join"): 1, ("model", "label_lag.minute"): 1}


def test_a_locked_table_costs_nothing_but_time(join, locked, clock):
    join.remember("model", "7", prediction())
    join.ask("model", label())
    settled = join.settle(0.01)
    assert (settled.found, settled.counters, settled.error.sqlite_errorname) == ([], {}, "SQLITE_BUSY")
    clock.now += 1
    assert not join.is_due
    clock.now += 2
    assert join.is_due
    locked()
    assert len(join.settle().found) == 1


def test_a_table_that_fails_for_long_is_looked_at_every_half_minute(join, locked, clock):
    for _ in range(10):
        join.settle(0.001)
    clock.now += bounds.MAX_DELAY
    assert join.is_due


def test_what_a_failing_table_leaves_no_room_for_is_counted(join, locked):
    for number in range(bounds.MAX_ROWS + 5):
        join.remember("model", str(number), prediction())
    for _ in range(bounds.MAX_LABELS + 7):
        join.ask("model", label())
    assert join.is_full
    assert join.settle(0.001).counters == {("model", "dropped.join_queue"): 12}
    assert not join.may_settle
    final = join.settle(0.001, final=True)
    assert final.counters == {("model", "dropped.join_queue"): bounds.MAX_ROWS + bounds.MAX_LABELS}
    assert len(join) == 0


def test_rows_in_memory_are_bounded_in_bytes(join):
    large = prediction("x" * 4000)
    for number in range(5000):
        join.remember("model", str(number), large)
    kept = -(-bounds.MAX_BYTES // len(to_bytes(large)))
    assert join.settle().counters == {
        ("model", "dropped.join_queue"): 5000 - kept,
        ("model", "dropped.join_evicted"): kept - 1000,
    }


def test_a_prediction_that_is_remembered_again_takes_no_more_room(join):
    for _ in range(5000):
        join.remember("model", "7", prediction("x" * 4000))
    assert not join.is_full


def test_without_anything_to_do_only_what_has_expired_is_looked_for(join, clock):
    clock.now += bounds.INTERVAL
    assert not join.is_due
    clock.now += bounds.PURGE
    assert join.is_due
    join.settle()
    assert not join.is_due


def test_a_clock_that_is_set_back_stops_nothing(join, clock):
    join.remember("model", "7", prediction())
    clock.now -= DAY
    assert join.is_due


def test_rows_that_are_evicted_are_counted_for_their_deployment(tmp_path, clock):
    small = Join(PredictionTable(tmp_path / "t", max_rows=3, max_bytes=2**30, seconds=60, clock=clock), b"", clock)
    for number in range(5):
        small.remember("model", str(number), prediction())
    assert small.settle().counters == {("model", "dropped.join_evicted"): 2}


def test_a_row_of_somebody_else_is_no_prediction(join, table):
    join.remember("model", "7", prediction())
    join.settle()
    connection = sqlite3.connect(table.path)
    with connection:
        connection.execute("UPDATE predictions SET row = x'00'")
    connection.close()
    join.ask("model", label())
    assert join.settle(final=True).counters == {("model", "unmatched.join"): 1}
