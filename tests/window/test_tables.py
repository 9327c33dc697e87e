import numpy as np
import pandas as pd
import pytest

from graphsignal_mw.records import Table
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.window import fold_table, pick
from graphsignal_mw.window.gather import MANY
from graphsignal_mw.window.tables import ROWS


def same(columns):
    return columns


def folded(table, transform=same):
    stats = WindowStats()
    lost = fold_table(stats, table, transform)
    return stats, lost


def refusing(*odd):
    """A transform that cannot take these values of x."""

    def transform(columns):
        if set(odd) & set(columns.get("x", ())):
            raise ZeroDivisionError
        return columns

    return transform


@pytest.mark.parametrize("outputs", [{"y": [True, False, True]}, {"y": np.array([True, False, True])}])
def test_a_table_is_folded_by_segment(outputs):
    segments = [("a=1",), (), ("a=1", "b=2", "b=2")]
    stats, _ = folded(Table(3, [{"x": 1}, {"x": 2}, {}], outputs, segments))
    assert (stats.counters["predictions"], stats.features.columns["x"].missing) == (3, 1)
    assert {name: s.counters["predictions"] for name, s in stats.segments.items()} == {"a=1": 2, "b=2": 1}
    assert stats.segments["a=1"].predictions.columns["y"].frequent.counts == {"true": 2}


def rows_of(rows):
    return [{"x": n % 7} if n % 3 else {"x": n % 7, "late": 1.5} for n in range(rows)]


@pytest.mark.parametrize("rows", [1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS + 5])
@pytest.mark.parametrize("shape", [list, lambda data: pd.DataFrame(data).to_dict("series")])
def test_tables_of_any_length_are_counted_to_the_last_row(rows, shape):
    data = rows_of(rows)
    segments = [("a=1",) if n % 5 == 0 else () for n in range(rows)]
    table = Table(rows, data, {"y": list(range(rows))}, segments)
    if shape is not list:
        table.features = {name: column.to_numpy() for name, column in shape(data).items()}
    stats, lost = folded(table)
    assert not lost
    assert stats.counters["predictions"] == stats.features.rows == stats.predictions.rows == rows
    late, x = stats.features.columns["late"], stats.features.columns["x"]
    assert (late.count, late.missing, x.missing) == (rows, rows - len(range(0, rows, 3)), 0)
    assert x.moments.mean == pytest.approx(np.mean(np.arange(rows) % 7))
    assert stats.predictions.columns["y"].moments.maximum == rows - 1
    assert stats.segments["a=1"].counters["predictions"] == len(range(0, rows, 5))
    assert stats.segments["a=1"].predictions.columns["y"].moments.n == len(range(0, rows, 5))


def test_columns_of_segments_are_changed_once_as_those_of_all():
    def marked(columns):
        return {name: [f"{value}#" for value in values] for name, values in columns.items()}

    stats, _ = folded(Table(2, {}, {"y": ["a", "b"]}, [("s=1",), ()]), marked)
    assert stats.predictions.columns["y"].frequent.counts == {"a#": 1, "b#": 1}
    assert stats.segments["s=1"].predictions.columns["y"].frequent.counts == {"a#": 1}


@pytest.mark.parametrize("odd", [(0,), (ROWS + 3, ROWS + 4), (5, 2 * ROWS)])
def test_rows_that_cannot_be_added_cost_no_others(odd):
    rows = 2 * ROWS + 1
    stats, lost = folded(Table(rows, {"x": list(range(rows))}, {"y": [1.0] * rows}), refusing(*odd))
    assert lost == {"dropped.internal_ZeroDivisionError": len(odd)}
    assert stats.counters == {"predictions": rows - len(odd), **lost}
    assert stats.features.columns["x"].moments.n == stats.predictions.rows == rows - len(odd)


def test_a_table_in_which_nothing_can_be_added_is_not_searched_row_by_row():
    tried = []

    def broken(columns):
        tried.append(columns)
        raise ZeroDivisionError

    stats, lost = folded(Table(ROWS, {"x": [1.0] * ROWS}, {}), broken)
    assert lost == {"dropped.internal_ZeroDivisionError": ROWS}
    assert len(tried) < 3 * MANY
    assert not stats.features.columns


def test_what_is_picked_keeps_its_type():
    assert pick(np.array([1, 2, 3]), [2, 0]).tolist() == [3, 1]
    assert pick(["a", "b"], [1]) == ["b"]
    assert pick(np.array([1, 2, 3]), slice(1, 3)).tolist() == [2, 3]
    assert pick(["a", "b"], slice(0, 1)) == ["a"]
