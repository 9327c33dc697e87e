"""Odd values, many columns, and columns that come, go or change: none costs more than itself."""

import math
from collections import UserDict
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from graphsignal_mw.stats.facets import is_facet

from .conftest import Logged


class Unreadable:
    """Raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError(name)


class Unhashable(str):
    __slots__ = ()
    __hash__ = None


class Liar(int):
    def __float__(self):
        raise ZeroDivisionError

    def __str__(self):
        raise ZeroDivisionError


class Endless(list):
    def __len__(self):
        raise RecursionError


CIRCLE = {}
CIRCLE["self"] = CIRCLE
ODD = {
    "object": object(),
    "unreadable": Unreadable(),
    "unhashable": Unhashable("x"),
    "liar": Liar(5),
    "endless": Endless([1]),
    "circle": CIRCLE,
    "class": dict,
    "lambda": lambda: 0,
    "huge": 10**400,
    "nan": math.nan,
    "infinite": -math.inf,
    "complex": 1j,
    "signalling": Decimal("sNaN"),
    "bytes": b"\xff\x00",
    "surrogate": "\ud800",
    "long": "x" * 100_000,
    "nul": "a\x00b",
    "array": np.eye(2),
    "zero dimensions": np.array(5),
    "nested": {"a": {"b": [1]}},
    "mapping": UserDict(a=1),
    "not a time": np.datetime64("NaT", "ns"),
    "missing": pd.NA,
    "text": "7",
    "empty set": set(),
}
VALUES = [1.0, 2.0, 2.0, 5.0]


def of_objects(values):
    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):  # numpy would look into them
        array[row] = value
    return array


HOLDERS = {
    "rows": lambda values: [{"x": value, "y": 1} for value in values],
    "columns": lambda values: {"x": values, "y": [1] * len(values)},
    "object array": lambda values: {"x": of_objects(values), "y": np.ones(len(values))},
    "pandas": lambda values: pd.DataFrame({"x": pd.Series(of_objects(values)), "y": 1}),
}


@pytest.mark.parametrize("holder", [*HOLDERS, "one by one"])
def test_an_odd_value_costs_only_itself(start, holder):
    here = start(max_cpu_share=1.0)
    for name, odd in ODD.items():
        session, values = here.agent.session(name), [*VALUES[:2], odd, *VALUES[2:]]
        if holder == "one by one":
            for value in values:
                session.log_prediction({"x": value, "y": 1}, True)
        else:
            session.log_prediction_batch(HOLDERS[holder](values), [True] * 5)
    for name in ODD:
        found = Logged(here.agent, here.server, name).stats()
        assert found.counters["predictions"] == 5, name
        assert found.features.columns["y"].moments.n == 5, name
        columns = {x: column for x, column in found.features.columns.items() if x.startswith("x") and not is_facet(x)}
        assert {column.count for column in columns.values()} == {5}, name
        numbers = columns["x"].moments
        assert numbers.n in {4, 5}, name  # an array of no dimension is its number
        if numbers.n == 4:
            assert (numbers.mean, numbers.minimum, numbers.maximum) == (2.5, 1.0, 5.0), name
        assert not [counter for counter in found.counters if counter.startswith("dropped")], name


def test_an_odd_prediction_label_or_score_is_refused_or_costs_only_itself(lenient):
    for name, odd in ODD.items():
        session = lenient.agent.session(name)
        for value in (True, odd, False):
            session.log_prediction({"a": 1}, value)
            session.log_ground_truth(value, True)
            session.log_ground_truth(True, value)
        session.log_prediction({"a": 1}, True, score=odd)
        session.log_ground_truth_batch([True, odd, False], [True, True, True])
    for name in ODD:
        found = Logged(lenient.agent, lenient.server, name).stats()
        lost = sum(n for counter, n in found.counters.items() if counter.startswith("dropped"))
        assert found.counters["predictions"] >= 2, name
        assert found.performance[""].binary.n >= 4, name
        assert found.counters["predictions"] + found.counters["ground_truths"] + lost == 4 + 6 + 3, name


@pytest.mark.parametrize(
    "make",
    [
        lambda data: [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)],
        pl.DataFrame,
    ],
    ids=["rows", "polars"],
)
def test_a_thousand_columns_are_kept_and_more_are_counted(start, make):
    here = start(max_cpu_share=1.0)
    data = {f"column {number:04d}": [number, number + 1, None] for number in range(1000)}
    here.session.log_prediction_batch(make(data))
    found = here.stats().features
    assert len(found.columns) == 1000
    for number in (0, 1, 500, 999):
        column = found.columns[f"column {number:04d}"]
        assert (column.count, column.missing, column.moments.mean) == (3, 1, number + 0.5)
    here.session.log_prediction_batch(make(data | {"one more": [1, 2, 3]}))
    parts = here.server.parts() if here.agent.flush(30) else []
    assert max(len(part.features.columns) for part in parts) == 1000
    assert sum(part.features.skipped for part in parts) == 3


def test_a_thousand_columns_row_by_row(start):
    here = start(max_cpu_share=1.0)
    for row in range(20):
        here.session.log_prediction({f"c{number}": number * row for number in range(1000)}, True)
    found = here.stats().features
    assert len(found.columns) == 1000
    assert {column.count for column in found.columns.values()} == {20}
    assert found.columns["c999"].moments.maximum == 999 * 19


@pytest.mark.parametrize("way", ["rows", "batches", "one batch"])
def test_columns_appear_vanish_and_change_their_type_within_a_window(start, way):
    """Whoever looks at the window sees when: every column counts every row, and its types tell the change."""
    rows = [
        *[{"always": n, "vanishes": n, "changes": n} for n in range(10)],
        *[{"always": n, "appears": "new", "changes": str(n)} for n in range(10)],
        *[{"always": n, "appears": None, "changes": n % 2 == 0} for n in range(10)],
    ]
    here = start(max_cpu_share=1.0)
    if way == "rows":
        for row in rows:
            here.session.log_prediction(row, True, actual_timestamp=1_700_000_000)
    else:
        size = 10 if way == "batches" else 30
        for first in range(0, 30, size):
            here.session.log_prediction_batch(rows[first : first + size], timestamps=[1_700_000_000] * size)
    columns = here.stats().features.columns
    assert {name: (column.count, column.missing) for name, column in columns.items()} == {
        "always": (30, 0),
        "vanishes": (30, 20),
        "appears": (30, 20),
        "changes": (30, 0),
    }
    changed = columns["changes"]
    kinds = {kind: n for kind, n in changed.types.items() if n}
    assert kinds == {"integer": 10, "string": 10, "boolean": 10}
    assert (changed.moments.n, changed.moments.mean) == (10, 4.5)
    assert (changed.frequent.counts["true"], changed.frequent.counts["false"]) == (5, 5)
    assert columns["appears"].frequent.counts == {"new": 10}
