import itertools

import pytest

from graphsignal_mw.stats import Profile


def profile(rows, **columns):
    found = Profile()
    found.update(columns, rows)
    return found


def counts(found):
    return found.rows, {name: (column.count, column.missing) for name, column in sorted(found.columns.items())}


def test_a_column_that_is_absent_is_missing_there():
    found = profile(3, a=[1, 2, 3])
    found.update({"b": [1, 2]}, 2)
    found.update({}, 1)
    assert counts(found) == (6, {"a": (6, 3), "b": (6, 4)})


def test_a_short_column_is_missing_at_its_end():
    assert counts(profile(4, a=[1, 2], b=[1, 2, 3, 4])) == (4, {"a": (4, 2), "b": (4, 0)})
    assert counts(profile(None, a=[1, 2], b=[1])) == (2, {"a": (2, 0), "b": (2, 1)})


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_merging_in_any_order_fills_the_same(order):
    parts = [profile(3, a=[1, 2, None]), profile(2, b=[1, 1]), profile(1, a=[4], c=[1])]
    merged = Profile()
    for index in order:
        merged.merge(parts[index])
    assert counts(merged) == (6, {"a": (6, 3), "b": (6, 4), "c": (6, 5)})


def test_without_fill_a_column_is_judged_by_those_that_have_it():
    merged = profile(3, a=[1, 2, None])
    merged.merge(profile(2, b=[1, 1]), fill=False)
    assert counts(merged) == (5, {"a": (3, 1), "b": (2, 0)})


def test_two_empties_are_an_empty():
    found = Profile()
    found.merge(Profile())
    found.update({})
    assert (counts(found), found.skipped) == ((0, {}), 0)


def test_a_thousand_columns_are_kept_and_more_are_counted():
    found = Profile()
    found.update({f"c{i}": [1, 2] for i in range(1003)}, 2)
    assert (len(found.columns), found.skipped) == (1000, 6)
    found.update({"c0": [1], "later": [1]}, 1)
    assert (found.columns["c0"].count, found.skipped) == (3, 7)
    other = profile(2, another=[1, 2])
    found.merge(other)
    assert (len(found.columns), found.skipped) == (1000, 9)


@pytest.mark.parametrize("name", ["", "x" * 300, "a\ud800", "a\x00"])
def test_any_name_finds_its_column_again(name):
    found = profile(1, **{name: [1]})
    found.merge(profile(1, **{name: [2]}))
    ((kept, column),) = found.columns.items()
    assert column.count == 2
    assert 1 <= len(kept.encode()) <= 250
    assert "\x00" not in kept
