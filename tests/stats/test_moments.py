import math
import sys

import numpy as np
import pytest
from hypothesis import given

from graphsignal_mw.stats import Moments

from .strategies import any_finite, array, merged, splits, thorough

MAX = sys.float_info.max


def moments(*batches):
    result = Moments()
    for batch in batches:
        result.update(batch)
    return result


def state(found):
    return found.n, found.mean, found.m2, found.minimum, found.maximum


@thorough
@given(splits())
def test_any_split_and_order_gives_what_numpy_gives(drawn):
    values, parts = drawn
    for found in merged(Moments, map(array, parts)):
        assert found.n == len(values)
        if values:
            scale = max(map(abs, values))
            assert (found.minimum, found.maximum) == (min(values), max(values))
            assert found.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-12 * scale)
            assert found.variance == pytest.approx(np.var(values), rel=1e-9, abs=1e-12 * scale**2)


@thorough
@given(splits(elements=any_finite))
def test_any_finite_numbers_give_finite_moments_without_a_warning(drawn):
    values, parts = drawn
    for found in merged(Moments, map(array, parts)):
        assert found.n == len(values)
        assert math.isfinite(found.mean)
        assert math.isfinite(found.spread)
        assert 0 <= found.m2 <= MAX


def test_two_empties_are_an_empty():
    found = Moments()
    found.merge(Moments())
    found.update([])
    assert state(found) == (0, 0.0, 0.0, None, None)
    assert (found.variance, found.std, found.spread) == (0, 0, 0)


def test_merging_an_empty_changes_nothing_on_either_side():
    one, other = moments([1.0, 5.0]), Moments()
    one.merge(Moments())
    other.merge(one)
    assert state(one) == state(other) == (2, 3.0, 8.0, 1.0, 5.0)


def test_what_was_merged_stays_as_it_was():
    one, other = moments([1.0]), moments([3.0])
    one.merge(other)
    assert state(other) == (1, 3.0, 0.0, 3.0, 3.0)


@pytest.mark.parametrize(
    ("values", "mean"),
    [([1e200], 1e200), ([MAX] * 3, MAX), ([-MAX] * 7, -MAX), ([MAX, -MAX], 0.0), ([MAX, MAX, -MAX], MAX / 3)],
)
def test_huge_numbers_keep_their_mean(values, mean):
    whole, pieces = moments(values), moments(*([v] for v in values))
    assert whole.mean == pytest.approx(mean, rel=1e-12)
    assert pieces.mean == pytest.approx(mean, rel=1e-12, abs=1e-3 * MAX)
    assert whole.minimum <= whole.mean <= whole.maximum


def test_a_sum_of_squares_ends_at_the_largest_double():
    assert moments([MAX, -MAX]).m2 == MAX
    assert moments([MAX], [-MAX], [1.0]).m2 == MAX


def test_a_large_offset_costs_no_digits_of_the_variance():
    values = 1e9 + np.arange(1000.0)
    assert moments(*np.split(values, 10)).variance == pytest.approx(np.var(np.arange(1000.0)), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "spread"),
    [([], 0), ([0.0, 0.0], 0), ([7.0, 7.0], 7), ([-7.0], 7), ([1.0, 3.0], 1), ([1e300, -1e300], 1e300)],
)
def test_spread_is_the_standard_deviation_or_else_the_size(values, spread):
    assert moments(values).spread == pytest.approx(spread)
