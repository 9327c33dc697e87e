from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats import Frequent
from graphsignal_mw.stats.frequent import CAPACITY, MAX_LENGTH

from .strategies import splits, texts, thorough


def frequent(values):
    found = Frequent()
    found.update(Counter(values))
    return found


def skewed(n, salt=0):
    """Values i with 1 + n // (i + 1) of each: more of them than are kept."""
    return Counter({f"v{(i * 7 + salt) % n}": 1 + n // (i + 1) for i in range(n)})


@thorough
@given(splits(elements=texts))
def test_few_values_are_counted_exactly_in_any_split_and_order(drawn):
    values, parts = drawn
    merged = Frequent()
    for part in parts:
        merged.merge(frequent(part))
    assert merged.counts == Counter(values)
    assert (merged.total, merged.other, merged.error) == (len(values), 0, 0)


@pytest.mark.parametrize("merge_first", [True, False])
def test_many_values_keep_the_bounds(merge_first):
    true, found = Counter(), Frequent()
    for salt in range(5):
        part = skewed(3000, salt)
        true.update(part)
        if merge_first:
            piece = Frequent()
            piece.update(part)
            found.merge(piece)
        else:
            found.update(part)
    assert len(found.counts) <= CAPACITY
    assert found.total == true.total() == found.other + found.counts.total()
    assert all(found.counts[value] <= n <= found.counts[value] + found.error for value, n in true.items())
    # Misra and Gries: the error is at most the total over the capacity.
    assert found.error <= true.total() / CAPACITY


@pytest.mark.parametrize("size", [100, 700, 2000, 5000])
def test_values_that_are_mostly_new_keep_the_bounds_however_many_come_at_once(size):
    """As of an identifier: batch after batch of values that are seen once, and a few that are common."""
    true, found = Counter(), Frequent()
    for start in range(0, 20_000, size):
        part = Counter({f"id-{n}": 1 for n in range(start, start + size)})
        part.update({f"common-{n}": 3 + size // 100 for n in range(5)})
        new = found.update(part)
        assert set(new) >= part.keys() - true.keys()
        true.update(part)
    assert len(found.counts) <= 2 * CAPACITY
    assert found.total == true.total()
    assert all(found.counts[value] <= n <= found.counts[value] + found.error for value, n in true.items())
    assert found.error <= true.total() / CAPACITY
    assert {value for value, _, _ in found.top(5)} == {f"common-{n}" for n in range(5)}


def test_values_that_come_no_more_make_room():
    """What was common once loses as much as each new one, so that the error stays a share of all that was seen."""
    found, total = frequent({f"old-{n}": 20 for n in range(CAPACITY)}), 20 * CAPACITY
    for n in range(60):
        found.merge(frequent({f"new-{n}": 10}))
        total += 10
        assert found.error <= total / CAPACITY
    assert found.total == total


@pytest.mark.parametrize("batches", [1, 10])
def test_values_that_there_is_room_for_are_counted_exactly(batches):
    found, values = Frequent(), [f"v{n}" for n in range(2 * CAPACITY)]
    for _ in range(batches):
        found.update(dict.fromkeys(values, 2))
    assert found.counts == dict.fromkeys(values, 2 * batches)
    assert (found.error, found.other) == (0, 0)


@given(st.lists(st.sampled_from("abc"), max_size=20))
@thorough
def test_the_commonest_come_first_and_ties_in_order_of_the_values(values):
    top = frequent(values).top(2)
    assert top == [(value, n, 0) for value, n in sorted(Counter(values).items(), key=lambda v: (-v[1], v[0]))][:2]


def test_long_values_are_cut():
    found = frequent(["a" * 200, "a" * 300, "b"])
    found.update({"b": 1, "a" * 150: 1})
    assert found.counts == {"a" * MAX_LENGTH: 3, "b": 2}


def test_two_empties_are_an_empty():
    found = Frequent()
    found.merge(Frequent())
    assert (found.counts, found.total, found.other, found.error, found.top(3)) == ({}, 0, 0, 0, [])
