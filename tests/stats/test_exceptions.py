import pytest

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import Exceptions


def event(kind, line=1, message="m"):
    return ExceptionEvent(kind, message, (("app.py", 9, "main"), ("model.py", line, "predict")))


def counted(*events):
    found = Exceptions()
    for one in events:
        found.add(one)
    return found


@pytest.mark.parametrize(
    ("events", "counts"),
    [
        ([event("KeyError"), event("KeyError", message="another")], [2]),
        ([event("KeyError"), event("ValueError")], [1, 1]),
        ([event("KeyError"), event("KeyError", line=2)], [1, 1]),
        ([ExceptionEvent("E", "a"), ExceptionEvent("E", "a"), ExceptionEvent("E", "b")], [2, 1]),
        ([], []),
    ],
)
def test_those_of_one_type_and_place_are_one_kind(events, counts):
    assert [kind.count for kind in counted(*events).kinds.values()] == counts


def test_the_first_ten_kinds_are_kept_and_the_rest_counted():
    found = counted(*(event(f"E{i}") for i in range(12)), event("E0"), event("E11"))
    assert [kind.type for kind in found.kinds.values()] == [f"E{i}" for i in range(10)]
    assert (next(iter(found.kinds.values())).count, found.other) == (2, 3)


def test_merging_adds_counts_and_keeps_the_first_message():
    found, other = counted(event("A"), event("B")), counted(event("B", message="late"), *map(event, "CDEFGHIJKL"))
    found.merge(other)
    kinds = {kind.type: kind for kind in found.kinds.values()}
    assert (len(kinds), kinds["B"].count, kinds["B"].message, found.other) == (10, 2, "m", 2)
    assert kinds["A"].frames[-1] == ("model.py", 1, "predict")


def test_two_empties_are_an_empty():
    found = Exceptions()
    found.merge(Exceptions())
    assert (found.kinds, found.other) == ({}, 0)
