import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats import Column
from graphsignal_mw.stats.matrix import update_columns

from .strategies import thorough

values = st.floats() | st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e308, -1.7e308, math.nan, math.inf])


@st.composite
def matrices(draw):
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    return [draw(st.lists(values, min_size=rows, max_size=rows)) for _ in range(columns)]


def described(column):
    about = (
        (m := column.moments).n,
        m.minimum,
        m.maximum,
        pytest.approx(m.mean, rel=1e-12),
        pytest.approx(m.m2, rel=1e-9),
    )
    counts = column.count, column.missing, column.zeros, column.types, column.values.n, column.quantiles.n
    # So few values are all in the sketch.
    return about, counts, column.quantiles.quantiles(np.linspace(0, 1, 25)).tolist() if column.quantiles.n else None


@pytest.mark.parametrize("digits", [None, 1, 4])
@given(batches=st.lists(matrices(), min_size=1, max_size=3))
@thorough
def test_columns_at_once_are_as_each_by_itself(digits, batches):
    width = min(map(len, batches))
    at_once, each = ([Column(significant_digits=digits) for _ in range(width)] for _ in range(2))
    for batch in batches:
        matrix = np.array(batch[:width])
        update_columns(at_once, matrix.copy())
        for column, row in zip(each, matrix, strict=True):
            column.update(row)
    for one, other in zip(at_once, each, strict=True):
        assert described(one) == described(other)
        assert one.distinct.registers.tolist() == other.distinct.registers.tolist()


def test_nothing_is_nothing():
    column = Column()
    update_columns([column], np.empty((1, 0)))
    update_columns([], np.empty((0, 3)))
    assert (column.count, column.values.n) == (0, 0)
