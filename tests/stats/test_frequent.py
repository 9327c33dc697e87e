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


@given(st.lists(st.sampled_from("abc"), max_size=20))
@thorough
def test_the_commonest_come_first_and_ties_in_order_of_the_values(values):
    top = frequent(values).top(2)
    assert top == [(value, n, 0) for value, n in sorted(Counter(values).items(), key=lambda v: (-v[1], v[0]))][:2]


def test_long_values_are_cut():
    found = frequent(["a" * 200, "a" * 300, "b"])
    assert found.counts == {"a" * MAX_LENGTH: 2, "b": 1}


def test_two_empties_are_an_empty():
    found = Frequent()
    found.merge(Frequent())
    assert (found.counts, found.total, found.other, found.error, found.top(3)) == ({}, 0, 0, 0, [])
