import itertools
import threading

import pytest

from graphsignal_mw.records import ExceptionEvent, Prediction
from graphsignal_mw.window import Gathered, Pause, Windows, bucket_of
from graphsignal_mw.window.windows import MAX_OPEN

from .process import NOON, Process, only


@pytest.mark.parametrize(
    ("timestamp", "bucket"), [(NOON, NOON), (NOON + 299.9, NOON), (NOON + 300, NOON + 300), (NOON - 0.1, NOON - 300)]
)
def test_buckets_tumble(timestamp, bucket):
    assert bucket_of(timestamp, 300) == bucket


def test_records_go_where_their_time_and_version_say():
    process = Process()
    process.column("x", 1, 2, version="a")
    process.column("x", 3, at=NOON + 300, version="a")
    process.column("x", 4, version="b")
    process.column("x", 5, deployment="e")
    found = {key: stats.features.rows for key, stats in process.cut()}
    assert found == {("d", "a", NOON): 2, ("d", "a", NOON + 300): 1, ("d", "b", NOON): 1, ("e", "", NOON): 1}
    assert process.cut() == []


def test_a_late_record_is_one_more_part_of_its_window():
    process = Process()
    process.column("x", *range(5))
    (first,), _ = process.cut(), process.column("x", *range(7))
    (late,) = process.cut()
    assert first[0] == late[0]
    first[1].merge(late[1])
    assert first[1].features.columns["x"].moments.n == 12


def test_counts_of_everything_gathered():
    process = Process()
    event = ExceptionEvent("KeyError", "m", (("f", 1, "g"),))
    process.put(Gathered(durations=[0.1, 0.2], exceptions=[event, event], metadata={"k": "v"}))
    stats = only(process.cut())
    assert (stats.latency.moments.n, stats.counters["exceptions"], stats.metadata) == (2, 2, {"k": "v"})
    assert [kind.count for kind in stats.exceptions.kinds.values()] == [2]


def test_deployments_beyond_a_hundred_are_refused():
    windows = Windows(window_seconds=300)
    keys = [windows.key(f"d{i}", {}, NOON) for i in range(101)]
    assert keys[100] is None
    assert None not in keys[:100]
    assert windows.key("d5", {}, NOON).deployment == "d5"


def test_versions_beyond_ten_a_day_are_other():
    windows = Windows(window_seconds=300)
    found = [windows.key("d", {"model_version": f"v{i}"}, NOON).version for i in range(12)]
    assert found == [*(f"v{i}" for i in range(10)), "other", "other"]
    assert windows.key("d", {"model_version": "v11"}, NOON + 86400).version == "v11"
    assert windows.key("d", {"model_version": "v3"}, NOON).version == "v3"


def test_odd_names_of_deployment_and_version_are_bounded():
    key = Windows(window_seconds=300).key("", {"model_version": "v" * 2500}, NOON)
    assert key.deployment == "(empty)"
    assert len(key.version) == 250


def test_many_open_buckets_ask_for_an_early_cut():
    process = Process()
    for i in range(MAX_OPEN):
        assert not process.windows.is_full
        process.column("x", 1, at=NOON + 300 * i)
    assert process.windows.is_full
    assert len(process.cut()) == MAX_OPEN
    assert len(process.windows) == 0


def test_a_look_changes_nothing():
    process = Process()
    process.column("x", *"aaaaaab")
    process.column("few", 1, 2)
    process.label((1.0, 2.0))
    assert process.windows.changed
    looks = [process.windows.peek() for _ in range(3)]
    assert looks[0] == looks[1] == looks[2]
    assert not process.windows.changed
    untouched = Process()
    untouched.column("x", *"aaaaaab")
    untouched.column("few", 1, 2)
    untouched.label((1.0, 2.0))
    assert process.windows.cut() == untouched.windows.cut()
    assert process.windows.cut(final=True) == untouched.windows.cut(final=True)


def test_a_look_shows_no_values_of_which_there_are_few():
    process = Process()
    process.column("x", 1, 2, 3, 4)
    process.cut()
    process.column("x", 5)  # five with those that wait, which are never shown to a checkpoint
    column = only(process.peek()).features.columns["x"]
    assert (column.count, column.values.n) == (1, 0)
    assert only(process.cut()).features.columns["x"].values.n == 5


@pytest.mark.parametrize("final", [None, False, True])
def test_looks_and_cuts_of_many_columns_pause_between_them_until_the_last(final):
    seconds, slept = itertools.count(), []
    windows = Windows(window_seconds=300, pause=Pause(lambda: next(seconds), slept.append))
    row = {f"f{n}": float(n) for n in range(50)}
    windows.add(windows.key("d", {}, NOON), Gathered(predictions=[Prediction(row, {})]))
    assert windows.peek() if final is None else windows.cut(final=final) or final is False
    assert (len(slept) >= 50) is (not final)


def test_threads_lose_nothing():
    process = Process()
    received = []

    def work():
        for _ in range(50):
            process.column("x", 1, 2)
            received.extend(process.cut())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received.extend(process.cut(final=True))
    assert sum(stats.features.rows for _, stats in received) == 400
    values = sum(stats.features.columns["x"].moments.n for _, stats in received if "x" in stats.features.columns)
    assert values + sum(stats.counters["withheld"] for _, stats in received) >= 400
