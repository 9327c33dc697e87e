import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats import TYPES, Column

from .strategies import any_finite, merged, splits, texts, thorough

mixed = st.one_of(st.none(), st.booleans(), any_finite, st.integers(), texts, st.lists(st.none(), max_size=3))


def column(values, **settings):
    found = Column(**settings)
    found.update(values)
    return found


def exact(found):
    """What must not depend on splits and order; sketches draw random numbers, means round."""
    return (
        found.count, found.missing, found.zeros, found.empties, found.types, found.values.n, found.quantiles.n,
        found.moments.n, found.moments.minimum, found.moments.maximum, found.frequent.counts, found.lengths.n,
        found.distinct.registers.tolist(),
    )  # fmt: skip


@thorough
@given(splits(elements=mixed))
def test_any_split_and_order_of_any_values_counts_the_same(drawn):
    values, parts = drawn
    whole = exact(column(values))
    for found in merged(Column, parts):
        assert exact(found) == whole
        assert found.count == len(values) == found.missing + sum(found.types.values())


def test_counts_by_type():
    found = column([1, 2.0, 2.5, 0, -0.0, True, "a", "", [], [1], None, float("inf"), {}, b"", 1j])
    assert found.types == {"integer": 4, "float": 1, "boolean": 1, "string": 2, "other": 5}
    assert (found.count, found.missing, found.zeros, found.empties) == (15, 2, 2, 4)
    assert found.values.n == 5 + 1 + 1 + 4
    assert set(found.types) == set(TYPES)


@pytest.mark.parametrize(
    ("values", "numeric"), [([1, 2, "a"], True), (["a", "b", 1], False), ([], False), ([1, "a"], False)]
)
def test_a_column_is_what_most_of_its_values_are(values, numeric):
    assert column(values).is_numeric is numeric


def test_two_empties_are_an_empty():
    found = Column()
    found.merge(Column())
    found.update([])
    assert exact(found) == exact(Column())


def test_absent_rows_are_missing():
    found = column([1.0])
    found.add_missing(3)
    assert (found.count, found.missing, found.values.n) == (4, 3, 1)


def test_numbers_are_rounded_relative_to_their_spread():
    values = np.random.default_rng(1).normal(1000, 20, 5000)
    found = column(values, significant_digits=4)
    kept = found.quantiles.quantiles(np.linspace(0, 1, 50))
    assert (kept == np.round(kept, 2)).all()
    assert found.moments.mean == pytest.approx(values.mean())
    assert abs(found.quantiles.quantiles([0.0])[0] - values.min()) <= 0.005


def test_lengths_are_those_of_strings_and_lists():
    found = column(["abc", "", [1, 2, 3, 4, 5], "x"])
    assert (found.lengths.n, found.lengths.mean, found.lengths.maximum) == (3, 3, 5)


@pytest.mark.parametrize("n", [4096, 4097, 10_000])
def test_strings_beyond_one_piece_are_counted_too(n):
    found = column([("", "a", "bb")[i % 3] for i in range(n)])
    third = [len(range(start, n, 3)) for start in range(3)]
    assert (found.types["string"], found.empties, found.values.n) == (n, third[0], n - third[0])
    assert found.frequent.counts == {"a": third[1], "bb": third[2]}
    assert found.lengths.n == n - third[0]


def test_memory_does_not_grow_with_the_records():
    found = Column()
    for i in range(20):
        found.update(np.arange(5000.0) + i * 5000)
        found.update([f"v{i * 1000 + j}" for j in range(1000)])
    assert found.count == 120_000
    assert len(found.quantiles.to_bytes()) < 10_000
    assert len(found.frequent.counts) <= 512
