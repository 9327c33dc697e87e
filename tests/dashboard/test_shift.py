import math

import numpy as np
import pytest

from graphsignal_mw.dashboard.heat import Comparison, missing_cell
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.stats import Column


def column(values):
    made = Column()
    made.update(values)
    return made


def test_same_distribution_is_no_shift():
    rng = np.random.default_rng(1)
    reference = Reference(column(rng.normal(0, 1, 5000)))
    moved = [reference.shift(column(rng.normal(0, 1, 200))) for _ in range(50)]
    assert sum(shift > 0 for shift in moved) <= 5
    assert level(0.0) == "none"


def test_half_a_deviation_is_seen_and_twice_as_much_is_more():
    rng = np.random.default_rng(2)
    reference = Reference(column(rng.normal(0, 1, 5000)))
    some, more = (reference.shift(column(rng.normal(mean, 1, 2000))) for mean in (0.5, 1.0))
    assert 0.3 < some < more


def test_two_categories_give_the_w_of_the_textbook():
    reference = Reference(column(["a"] * 50_000 + ["b"] * 50_000))
    shift = reference.shift(column(["a"] * 60_000 + ["b"] * 40_000))
    assert shift == pytest.approx(math.sqrt(2 * 0.1**2 / 0.5), rel=0.01)


def test_what_is_missing_is_a_shift_too():
    reference = Reference(column([1.0, 2.0, 3.0, 4.0] * 500))
    assert level(reference.shift(column([1.0, None, 3.0, None] * 500))) == "high"


def test_a_new_category_is_a_shift():
    reference = Reference(column(["a", "b"] * 500))
    assert reference.shift(column(["a", "b", "c", "c"] * 250)) > 0.5


def test_nothing_to_compare_is_unknown_not_zero():
    assert Reference(Column()).shift(column([1.0])) is None
    assert Reference(column([1.0])).shift(Column()) is None
    assert level(None) == "unknown"


def test_the_same_time_of_day_is_what_counts():
    rng = np.random.default_rng(3)
    day = 86400
    before = [(d * day + h * 3600, column(rng.normal(h, 1, 200))) for d in range(7) for h in range(24)]
    compare = Comparison(before, 3600)
    evening = column(rng.normal(20, 1, 200))
    assert compare.cell(9 * day + 20 * 3600, evening).level == "none"
    assert compare.cell(9 * day + 3 * 3600, evening).level == "high"
    assert compare.cell(9 * day, None).level == "unknown"


def test_missing_cell_says_how_much():
    cell = missing_cell(0, column([None, 1.0]))
    assert cell.level == "high"
    assert cell.title == "1 Jan 00:00: 50% missing"
