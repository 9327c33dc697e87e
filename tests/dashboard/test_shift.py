import math

import numpy as np
import pytest

from graphsignal_mw.dashboard.heat import Comparison, missing_cells, shift_cells
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.outline import Outline
from graphsignal_mw.store import Track


def column(values):
    made = Column()
    made.update(values)
    return Outline.of([made])


def track(*columns):
    """Columns along time, of (start, outline)."""
    starts = np.array([start for start, _ in columns], dtype=np.int64)
    return Track(starts, Outline.joined([outline for _, outline in columns]))


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
    assert Reference(column([])).shift(column([1.0])) is None
    assert Reference(column([1.0])).shift(column([])) is None
    assert level(None) == "unknown"


def test_the_same_time_of_day_is_what_counts():
    rng = np.random.default_rng(3)
    day = 86400
    before = [(d * day + h * 3600, column(rng.normal(h, 1, 200))) for d in range(7) for h in range(24)]
    evening = column(rng.normal(20, 1, 200))
    now = track(*((9 * day + hour * 3600, evening) for hour in (3, 20)))
    cells = shift_cells(Comparison(track(*before), 3600), now, range(9 * day, 10 * day, 3600))
    assert [cells[hour].level for hour in (0, 3, 20)] == ["unknown", "high", "none"]


def test_a_shift_is_of_all_rows_together():
    """What has no effect on the whole, such as values that come in turns, is no shift."""
    halves = [column([float(value)] * 500) for value in (1, 2)]
    reference = Reference(column([1.0, 2.0] * 500))
    assert level(reference.shift(Outline.joined(halves))) == "none"
    assert [level(reference.shift(half)) for half in halves] == ["high", "high"]


def test_missing_cells_say_how_much():
    cell, other = missing_cells(track((0, column([None, 1.0])), (0, column([None, None]))), range(0, 7200, 3600))
    assert (cell.level, cell.title) == ("high", "1 Jan 00:00: 75% missing")
    assert (other.level, other.title) == ("unknown", "1 Jan 01:00: no rows")
