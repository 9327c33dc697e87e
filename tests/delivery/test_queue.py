import threading

import pytest

from graphsignal_mw.delivery import CaptureQueue


def test_items_come_out_in_order_and_in_slices():
    queue = CaptureQueue()
    for number in range(5):
        assert queue.put(number, 1)
    assert (queue.take(3), queue.take(3), queue.take(3)) == ([0, 1, 2], [3, 4], [])


@pytest.mark.parametrize(("records", "size"), [(2, 1), (100, 50)])
def test_what_does_not_fit_is_refused_until_something_is_taken(records, size):
    queue = CaptureQueue(max_records=records, max_bytes=100)
    assert [queue.put("x", size) for _ in range(3)] == [True, True, False]
    queue.take(1)
    assert queue.put("x", size)


def test_bytes_are_those_that_wait():
    queue = CaptureQueue()
    queue.put("a", 10)
    queue.put("b", 30)
    queue.take(1)
    assert (queue.bytes, len(queue)) == (30, 1)


def test_two_producers_that_overwrite_each_other_disturb_the_count_only_until_the_queue_is_empty():
    queue = CaptureQueue(max_bytes=1000)

    class Interrupted(int):
        """A size whose addition is interrupted by another producer, as a switch of threads would."""

        calls = 0

        def __radd__(self, other):
            self.calls += 1
            if self.calls == 2:  # the first addition asks whether there is room
                assert queue.put("other", 900)
            return other + int(self)

    assert queue.put("interrupted", Interrupted(50))
    assert queue.bytes == 50  # 900 are forgotten
    assert len(queue.take(10)) == 2
    assert queue.bytes == 0
    assert queue.put("fits", 1000)
    assert not queue.put("does not", 1)


def test_nothing_is_lost_between_many_producers_and_a_consumer():
    queue = CaptureQueue(max_records=10**6)
    threads = [threading.Thread(target=lambda: [queue.put(1, 7) for _ in range(5000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken = 0
    while any(thread.is_alive() for thread in threads) or len(queue):
        taken += len(queue.take(64))
    for thread in threads:
        thread.join()
    queue.take(1)
    assert (taken, queue.bytes) == (20_000, 0)


@pytest.mark.parametrize(("records", "size", "full"), [(0, 0, 0.0), (1, 10, 0.25), (2, 30, 0.6), (4, 0, 1.0)])
def test_it_is_as_full_as_its_nearer_bound(records, size, full):
    queue = CaptureQueue(max_records=4, max_bytes=100)
    for _ in range(records):
        queue.put("x", size)
    assert queue.fullness == full


@pytest.mark.parametrize(
    ("records", "size", "light"), [(2, 1000, 2), (10_000, 100_000, 256), (10_000, 1000, 5), (10_000, 199, 0)]
)
def test_few_light_items_may_wait_and_there_is_room_for_all_of_them(records, size, light):
    queue = CaptureQueue(records, size, light_size=100)
    assert queue.light_limit == 0
    queue.accept_light(True)
    assert queue.light_limit == light
    queue.light.extend("x" * light)
    room = size - 100 * light
    assert queue.put("y", room) == (records > light)
    assert not queue.put("y", room + 1)
    assert len(queue) == light + (records > light)


def test_no_light_item_comes_where_somebody_has_to_look_at_it():
    queue = CaptureQueue(light_size=100)
    queue.accept_light(True)
    queue.light.append("x")
    queue.accept_light(False)
    assert queue.light_limit == 0
    assert queue.take(10) == ["x"]


def test_neither_kind_waits_for_the_end_of_the_other():
    queue = CaptureQueue(light_size=100)
    queue.accept_light(True)
    for number in range(20):
        queue.light.append(number)
        queue.put(-number, 1)
    assert queue.take(5) == [0, 1, 2, 0, -1]
    assert sorted(queue.take(100)) == sorted([*range(3, 20), *range(-19, -1)])
    assert (queue.bytes, len(queue)) == (0, 0)
