import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats import Moments
from graphsignal_mw.stats.rounding import rounded, rounded_rows

from .strategies import any_finite, array, thorough


def of_spread(*values):
    moments = Moments()
    moments.update(values)
    return moments


@pytest.mark.parametrize(
    ("values", "spread", "digits", "expected"),
    [
        ([1234.5678, -0.0049], (0.0, 40.0), 4, [1234.57, 0.0]),
        ([1234.5678, 40.0], (0.0, 40.0), 1, [1230, 40]),
        ([123456.789], (123456.789,), 4, [123500]),
        ([123456.789], (0.0, 40.0), None, [123456.789]),
        ([0.0], (0.0,), 4, [0]),
        ([1.23456e-300], (0.0, 1e-300), 4, [1.2346e-300]),
        ([1e300, 2.00004e-290], (0.0, 1e-290), 4, [1e300, 2e-290]),
        ([sys.float_info.max], (sys.float_info.max, -1e300), 4, [1.79769313e308]),
    ],
)
def test_numbers_keep_digits_of_their_spread(values, spread, digits, expected):
    assert rounded(array(values), digits, of_spread(*spread)).tolist() == pytest.approx(expected, rel=1e-8)


def test_numbers_whose_squares_overflow_are_rounded_too():
    found = rounded(array([1.23456789e300]), 4, of_spread(9e300, -9e300))
    assert found[0] == pytest.approx(1.235e300, rel=1e-12)


@thorough
@given(st.lists(any_finite, min_size=1, max_size=20), st.integers(1, 9))
def test_what_is_rounded_stays_finite_and_near(values, digits):
    moments = of_spread(*values)
    found = rounded(array(values), digits, moments)
    assert np.isfinite(found).all()
    allowed = moments.spread * 10.0 ** (1 - digits)
    assert (np.abs(found / 2 - array(values) / 2) <= allowed).all()


@pytest.mark.parametrize("scales", [(0.01, 1.0, 1000.0), (1e-9, 1.0), (1e30, 1.0), (0.0, 1.0), (1e307, 1e-300)])
@pytest.mark.parametrize("digits", [None, 1, 4])
def test_rows_are_rounded_as_each_by_itself(scales, digits):
    matrix = np.random.default_rng(1).normal(size=(len(scales), 50)) * np.array(scales)[:, np.newaxis]
    moments = [Moments() for _ in scales]
    for each, row in zip(moments, matrix, strict=True):
        each.update(row)
    expected = [rounded(row, digits, each).tolist() for row, each in zip(matrix, moments, strict=True)]
    assert rounded_rows(matrix, digits, moments).tolist() == expected
