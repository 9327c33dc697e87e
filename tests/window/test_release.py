"""What leaves a process: values only with enough of them behind each number."""

import pytest

from .process import HOUR, NOON, Process, only


def x(stats):
    return stats.features.columns["x"]


def test_counts_leave_at_once_and_values_wait_for_company():
    process = Process()
    process.column("x", 1.5, 0, None)
    first = only(process.cut())
    assert (x(first).count, x(first).missing, x(first).zeros, x(first).values.n) == (3, 1, 1, 0)
    assert x(first).quantiles.n == x(first).moments.n == 0
    process.column("x", 3, 4, 5)
    second = only(process.cut())
    assert (x(second).count, x(second).values.n, x(second).quantiles.n) == (3, 5, 5)


def test_what_waited_an_hour_goes_to_its_hour_if_enough_meets_there():
    process = Process()
    for i in range(3):
        process.column("x", 10 * i, 10 * i + 1, at=NOON + 300 * i)
    assert all(x(stats).values.n == 0 for _, stats in process.cut())
    process.now = HOUR - 1
    assert process.cut() == []
    process.now = HOUR
    ((key, stats),) = process.cut()
    assert key == ("d", "", NOON)
    assert (x(stats).count, x(stats).quantiles.n, stats.counters["withheld"]) == (0, 6, 0)


@pytest.mark.parametrize("final", [True, False])
def test_what_stays_too_little_is_dropped_and_counted(final):
    process = Process()
    process.column("x", 1.5, 2.5, at=NOON + 300)
    process.cut()
    process.now = 0 if final else HOUR
    ((key, stats),) = process.cut(final=final)
    assert (key, stats.counters) == (("d", "", NOON), {"withheld": 4})  # x and the prediction, two each
    assert not stats.features.columns
    assert process.cut(final=True) == []


def test_waiting_does_not_begin_anew_with_each_cut():
    process = Process()
    for minute in range(0, 61, 10):
        process.now = 60.0 * minute
        process.column("x", None if minute else 1.5, outputs={"x": None})
        parts = process.cut()
    assert parts[-1][1].counters["withheld"] == 1


@pytest.mark.parametrize("stream", ["features", "segments"])
def test_a_few_numbers_among_many_strings_wait_alone(stream):
    process = Process()
    values = ["a"] * 6 + [123.25]
    if stream == "features":
        process.column("x", *values)
    else:
        for value in values:
            process.log({}, outputs={"x": value}, segments=("s=1",))
    stats = only(process.cut())
    column = x(stats) if stream == "features" else stats.segments["s=1"].predictions.columns["x"]
    assert (column.types["float"], column.moments.n, column.quantiles.n) == (1, 0, 0)
    assert (column.values.n, column.frequent.counts) == (6, {"a": 6})
    found = process.cut(final=True)
    assert sum(stats.counters["withheld"] for _, stats in found) == (1 if stream == "features" else 2)


def test_lengths_of_a_few_among_many_numbers_do_not_leave():
    process = Process()
    process.column("x", 1, 2, 3, 4, 5, "secret")
    column = x(only(process.cut()))
    assert (column.moments.n, column.types["string"]) == (5, 1)
    assert (column.lengths.n, column.lengths.maximum, column.frequent.counts) == (0, None, {})


def test_a_few_labels_of_another_kind_wait_alone():
    process = Process()
    process.label(*[(True, True)] * 6, (41.5, 40.0))
    found = only(process.cut()).performance[""]
    assert (found.binary.n, found.numeric.n) == (6, 0)
    process.label(*[(1.0, 2.0)] * 4)
    assert only(process.cut()).performance[""].numeric.n == 5


def test_performance_of_a_few_labels_waits_while_their_number_is_told():
    process = Process()
    process.label((True, False), segments=("s=1",))
    stats = only(process.cut())
    assert (stats.performance, stats.counters["ground_truths"]) == ({}, 1)
    assert stats.segments["s=1"].counters["ground_truths"] == 1
    process.now = HOUR
    process.label(*[(True, False)] * 4)
    enough, withheld = process.cut()
    assert (enough[1].performance[""].binary.fn, withheld[1].counters) == (5, {"withheld": 1})


def test_what_waited_too_little_for_its_hour_is_withheld_by_number_of_values():
    process = Process()
    process.label((1.0, 2.0), (True, True), segments=("s=1",))
    process.cut()
    found = process.cut(final=True)
    assert sum(stats.counters["withheld"] for _, stats in found) == 4
    assert not any(stats.performance for _, stats in found)


def test_min_count_of_one_waits_for_nothing():
    process = Process(min_count=1)
    process.column("x", "a")
    stats = only(process.cut())
    assert x(stats).frequent.counts == {"a": 1}
    assert process.cut(final=True) == []


def test_extremes_are_rounded_like_what_is_sketched():
    process = Process()
    process.column("x", *(1000.123456 + i for i in range(300)))
    process.label(*((1000.123456 + i, 900.987654) for i in range(300)))
    stats = only(process.cut())
    numeric = stats.performance[""].numeric
    for moments in (x(stats).moments, numeric.errors, numeric.labels):
        for extreme in (moments.minimum, moments.maximum):
            assert extreme == round(extreme, 2)
    assert (x(stats).moments.minimum, x(stats).moments.maximum) == (1000.12, 1299.12)
    assert x(stats).moments.mean == pytest.approx(1149.623456)


def test_memory_of_what_waits_is_bounded():
    process = Process()
    waiting = []
    for bucket in range(22):
        for block in range(2):
            row = {f"c{block * 250 + i}": 1.5 for i in range(250)}
            process.log(row, at=NOON + 86400 * bucket)
        waiting.append(sum(stats.counters["withheld"] for _, stats in process.cut()))
    assert waiting[:19] == [0] * 19
    assert sum(waiting[19:]) >= 22 * 501 - 10_000  # the oldest leave first
    last = sum(stats.counters["withheld"] for _, stats in process.cut(final=True))
    assert sum(waiting) + last == 22 * 502
