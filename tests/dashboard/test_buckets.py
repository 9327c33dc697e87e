from collections import Counter

from graphsignal_mw.dashboard.buckets import merged, silence_as_zero, summed, with_prefix
from graphsignal_mw.stats import Column


def column(values):
    made = Column()
    made.update(values)
    return made


def test_windows_of_a_bucket_are_merged_and_stay_as_they_were():
    windows = [(0, column([1])), (60, column([2, 3])), (240, column([4]))]
    found = merged(windows, range(0, 360, 120), Column)
    assert [c and c.count for c in found] == [3, None, 1]
    assert windows[0][1].count == 1


def test_counters_are_added():
    found = summed([(0, {"a": 1}), (60, {"a": 2, "b": 1})], range(0, 240, 120))
    assert found == [Counter(a=3, b=1), None]


def test_silence_is_zero_only_after_the_first_window_and_before_the_running_one():
    some = Counter(a=1)
    assert silence_as_zero([None, some, None, None]) == [None, some, Counter(), None]
    assert silence_as_zero([None, None], from_start=True) == [Counter(), None]
    assert silence_as_zero([]) == []


def test_reasons_are_added_up():
    assert with_prefix({"dropped.queue": 2, "dropped.size": 1, "dropped": 1, "droppedx": 9}, "dropped") == 4
